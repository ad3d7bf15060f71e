/**
 * The rights of each role, written by hand from the roles and rules of the product, and independent of the table that the server
 * enforces: a mistake there must not be copied here.
 */

export const TRIED_ROLES = ['operator', 'service', 'viewer', 'provider', 'client', 'reseller', 'monitor'] as const;
export type TriedRole = (typeof TRIED_ROLES)[number];

/** The part of a request that names another subject: the id in its path, or a field of its body or query. */
export const FOREIGN = ['path', 'client_id', 'provider_id', 'reservation_id'] as const;
export type Foreign = (typeof FOREIGN)[number];

/**
 * How requests that name something foreign are refused: `403` with the type `forbidden`, `403 foreign-client` with the
 * sentence that the fixed paths have always had, or `404` as if it did not exist. Everything that is not listed is
 * allowed.
 */
export type Refusals = Readonly<Partial<Record<Foreign, '403' | '403 foreign-client' | '404'>>>;

/** The roles that may use an operation. A role that is missing is refused with 403, whatever it asks for. */
export type ExpectedAccess = 'public' | Readonly<Partial<Record<TriedRole, Refusals>>>;

const ANY: Refusals = {};
const OPERATORS = { operator: ANY };
const MANAGERS = { operator: ANY, service: ANY };
const READERS = { ...MANAGERS, viewer: ANY };
const BUYERS = { ...READERS, provider: ANY, client: ANY };

const OTHER_PROVIDER = { provider: { path: '403' } } as const;
/** Operators see all webhooks, and a provider its own. */
const OWN_WEBHOOK = { operator: ANY, provider: { path: '404' } } as const;
const OWN_BOOKING = { path: '404' } as const;
const OF_CLIENT = { client: { client_id: '403' } } as const;
/** A `client_id` that is not the reservation's is refused, whichever role names it. */
const MISNAMED = { client_id: '403 foreign-client' } as const;
/** The same where the body names the own client, and the path the reservation of another. */
const MISMATCHED = { path: '403 foreign-client', ...MISNAMED } as const;
const CHANGE = {
  operator: MISMATCHED,
  service: MISMATCHED,
  client: { path: '404', client_id: '403' },
} as const;

/** By operation id, and by method and path for what OpenAPI does not show. */
export const EXPECTED: Readonly<Record<string, ExpectedAccess>> = {
  'GET /': 'public',
  'GET /docs': 'public',
  'GET /docs/': 'public',
  'GET /openapi.json': 'public',
  'GET /test': 'public',
  'GET /assets/*': 'public',
  'GET /docs/*': 'public',
  'GET /metrics': { operator: ANY, monitor: ANY },
  getHealth: 'public',
  getReadiness: 'public',
  signIn: 'public',
  signOut: 'public',

  getWhoami: { ...BUYERS, reseller: ANY, monitor: ANY },
  createKey: OPERATORS,
  listKeys: OPERATORS,
  revokeKey: OPERATORS,
  rotateKey: OPERATORS,

  registerProvider: MANAGERS,
  registerClient: MANAGERS,
  offerTimeslots: { ...MANAGERS, provider: { provider_id: '403' } },
  listAvailableTimeslots: BUYERS,
  reserveTimeslot: { ...MANAGERS, ...OF_CLIENT },
  confirmTimeslotReservation: {
    operator: { client_id: '403 foreign-client', reservation_id: '403 foreign-client' },
    service: { client_id: '403 foreign-client', reservation_id: '403 foreign-client' },
    client: { client_id: '403', reservation_id: '403 foreign-client' },
  },
  releaseExpiredTimeslots: { ...MANAGERS, provider: ANY },

  createProvider: MANAGERS,
  listProviders: BUYERS,
  getProvider: BUYERS,
  updateProvider: { ...MANAGERS, ...OTHER_PROVIDER },
  createClient: MANAGERS,
  listClients: { ...READERS, client: ANY },
  getClient: { ...READERS, provider: { path: '404' }, client: { path: '404' } },
  updateClient: { ...MANAGERS, client: { path: '404' } },
  eraseClient: { ...MANAGERS, client: { path: '404' } },
  exportClient: { ...READERS, client: { path: '404' } },

  offerAvailability: { ...MANAGERS, ...OTHER_PROVIDER },
  withdrawAvailability: { ...MANAGERS, ...OTHER_PROVIDER },
  listSlots: BUYERS,
  getSlot: BUYERS,

  createReservation: { ...MANAGERS, ...OF_CLIENT },
  listReservations: {
    ...READERS,
    provider: { provider_id: '403', client_id: '403' },
    client: { client_id: '403', provider_id: '403' },
  },
  getReservation: { ...READERS, provider: OWN_BOOKING, client: OWN_BOOKING },
  getReservationHistory: { ...READERS, provider: OWN_BOOKING, client: OWN_BOOKING },
  confirmReservation: CHANGE,
  cancelReservation: { ...CHANGE, provider: { path: '404', ...MISNAMED } },
  extendReservation: CHANGE,
  rescheduleReservation: CHANGE,

  getOrderPage: READERS,
  listOrders: READERS,
  createOrder: MANAGERS,
  getOrder: READERS,
  replaceOrder: MANAGERS,
  cancelOrder: MANAGERS,

  getVehicleStateAt: READERS,
  listVehicles: READERS,
  createVehicle: MANAGERS,
  getVehicle: READERS,
  getVehicleHistory: READERS,
  createStateLog: MANAGERS,
  getVehicleStates: READERS,

  listExperiences: BUYERS,
  listExperienceSlots: BUYERS,
  listExperienceDates: BUYERS,
  listItems: BUYERS,
  getItemStatus: BUYERS,
  bookItem: { ...MANAGERS, ...OF_CLIENT },
  listBookings: { ...READERS, ...OF_CLIENT },
  getBooking: { ...READERS, client: OWN_BOOKING },
  cancelBooking: { operator: MISNAMED, service: MISNAMED, client: { path: '404', client_id: '403' } },

  pauseSync: OPERATORS,
  resumeSync: OPERATORS,
  getSyncStatus: { ...READERS, monitor: ANY },

  listenToEvents: { ...READERS, provider: ANY, client: ANY },

  createWebhook: { operator: ANY, provider: { provider_id: '403' } },
  listWebhooks: { operator: ANY, provider: ANY },
  getWebhook: OWN_WEBHOOK,
  updateWebhook: OWN_WEBHOOK,
  deleteWebhook: OWN_WEBHOOK,
  getWebhookSecret: OWN_WEBHOOK,
  rotateWebhookSecret: OWN_WEBHOOK,
  testWebhook: OWN_WEBHOOK,
  listWebhookDeliveries: OWN_WEBHOOK,
  getWebhookDelivery: OWN_WEBHOOK,
  replayWebhookDelivery: OWN_WEBHOOK,
  replayWebhook: OWN_WEBHOOK,
};
