import type { Role } from './principal.ts';

/**
 * Access by route and role, written in this place only. The guard enforces it, OpenAPI and docs/access.md are
 * generated from it, and a route without an entry stops the start.
 *
 * `all` lets a role use the route for anything; `own` only for what belongs to its subject, which the statements of the
 * route enforce (`ownershipOf`). `public` needs no credentials.
 */
export type RouteAccess = 'public' | Readonly<Partial<Record<Role, Reach>>>;
export type Reach = 'all' | 'own';

const OPERATORS = { operator: 'all' } as const;
/** Changes by a team's back end. */
const MANAGE = { ...OPERATORS, service: 'all' } as const;
/** Reads that are not about anyone's time or bookings. */
const READ = { ...MANAGE, viewer: 'all' } as const;
/** Free time and what is on sale. */
const BROWSE = { ...READ, provider: 'all', client: 'all' } as const;
const ANYONE = { ...BROWSE, reseller: 'all', monitor: 'all' } as const;
const CLIENT_READS = { ...READ, client: 'own' } as const;
const CLIENT_CHANGES = { ...MANAGE, client: 'own' } as const;
const PARTIES_READ = { ...READ, provider: 'own', client: 'own' } as const;
/** Things that operators see all of, and providers their own. */
const OPERATORS_AND_PROVIDERS = { ...OPERATORS, provider: 'own' } as const;
const PROVIDER_CHANGES = { ...MANAGE, provider: 'own' } as const;

/** Access by `METHOD url`, as routes are added. HEAD is as GET. */
export const ROUTE_TABLE: Readonly<Record<string, RouteAccess>> = {
  'GET /': 'public',
  'GET /assets/*': 'public',
  'GET /docs': 'public',
  'GET /docs/': 'public',
  'GET /docs/*': 'public',
  'GET /openapi.json': 'public',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /test': 'public',
  'GET /metrics': { ...OPERATORS, monitor: 'all' },

  'GET /api/v1/whoami': ANYONE,
  // Their own credential is the key in the body, or none.
  'POST /api/v1/session': 'public',
  'DELETE /api/v1/session': 'public',
  'POST /api/v1/keys': OPERATORS,
  'GET /api/v1/keys': OPERATORS,
  'DELETE /api/v1/keys/:key_id': OPERATORS,
  'POST /api/v1/keys/:key_id/rotate': OPERATORS,

  'POST /provider/create': MANAGE,
  'POST /client/create': MANAGE,
  'POST /provider/availability': PROVIDER_CHANGES,
  'GET /client/getProviderAvailability': BROWSE,
  'POST /client/reserve': CLIENT_CHANGES,
  'PUT /client/confirm': CLIENT_CHANGES,
  'PUT /provider/expiredReservations': PROVIDER_CHANGES,

  'POST /api/v1/providers': MANAGE,
  'GET /api/v1/providers': BROWSE,
  'GET /api/v1/providers/:id': BROWSE,
  'PATCH /api/v1/providers/:id': PROVIDER_CHANGES,
  'POST /api/v1/clients': MANAGE,
  'GET /api/v1/clients': CLIENT_READS,
  'GET /api/v1/clients/:id': PARTIES_READ,
  'PATCH /api/v1/clients/:id': CLIENT_CHANGES,
  'DELETE /api/v1/clients/:id': CLIENT_CHANGES,
  'GET /api/v1/clients/:id/export': CLIENT_READS,

  'POST /api/v1/providers/:id/availability': PROVIDER_CHANGES,
  'DELETE /api/v1/providers/:id/availability': PROVIDER_CHANGES,
  'GET /api/v1/slots': BROWSE,
  'GET /api/v1/slots/:id': BROWSE,

  'POST /api/v1/reservations': CLIENT_CHANGES,
  'GET /api/v1/reservations': PARTIES_READ,
  'GET /api/v1/reservations/:id': PARTIES_READ,
  'GET /api/v1/reservations/:id/history': PARTIES_READ,
  'POST /api/v1/reservations/:id/confirm': CLIENT_CHANGES,
  'POST /api/v1/reservations/:id/cancel': { ...CLIENT_CHANGES, provider: 'own' },
  'POST /api/v1/reservations/:id/extend': CLIENT_CHANGES,
  'POST /api/v1/reservations/:id/reschedule': CLIENT_CHANGES,

  'GET /orders/:page': READ,
  'GET /api/v1/orders': READ,
  'POST /api/v1/orders': MANAGE,
  'GET /api/v1/orders/:id': READ,
  'PUT /api/v1/orders/:id': MANAGE,
  'POST /api/v1/orders/:id/cancel': MANAGE,

  'GET /vehicles': READ,
  'POST /vehicles': MANAGE,
  'GET /vehicles/:id': READ,
  'GET /vehicles/:id/history': READ,
  'GET /vehicles/:id/timestamp/:timestamp': READ,
  'POST /vehicles/:id/state-logs': MANAGE,
  // A read: its pairs do not fit into a URL.
  'POST /api/v1/vehicles/states': READ,

  'GET /api/v1/experiences': BROWSE,
  'GET /api/v1/experience/:id/slots': BROWSE,
  'GET /api/v1/experience/:id/dates': BROWSE,
  'GET /api/items': BROWSE,
  'GET /api/status': BROWSE,
  'POST /api/bookings': CLIENT_CHANGES,
  'GET /api/bookings': CLIENT_READS,
  'GET /api/bookings/:id': CLIENT_READS,
  'DELETE /api/bookings/:id': CLIENT_CHANGES,

  'POST /api/v1/sync/pause': OPERATORS,
  'POST /api/v1/sync/resume': OPERATORS,
  'GET /api/v1/sync/status': { ...READ, monitor: 'all' },

  'GET /api/v1/events': PARTIES_READ,

  'POST /api/v1/webhooks': OPERATORS_AND_PROVIDERS,
  'GET /api/v1/webhooks': OPERATORS_AND_PROVIDERS,
  'GET /api/v1/webhooks/:id': OPERATORS_AND_PROVIDERS,
  'PATCH /api/v1/webhooks/:id': OPERATORS_AND_PROVIDERS,
  'DELETE /api/v1/webhooks/:id': OPERATORS_AND_PROVIDERS,
  'GET /api/v1/webhooks/:id/secret': OPERATORS_AND_PROVIDERS,
  'POST /api/v1/webhooks/:id/rotate-secret': OPERATORS_AND_PROVIDERS,
  'POST /api/v1/webhooks/:id/test': OPERATORS_AND_PROVIDERS,
  'GET /api/v1/webhooks/:id/deliveries': OPERATORS_AND_PROVIDERS,
  'GET /api/v1/webhooks/:id/deliveries/:delivery_id': OPERATORS_AND_PROVIDERS,
  'POST /api/v1/webhooks/:id/deliveries/:delivery_id/replay': OPERATORS_AND_PROVIDERS,
  'POST /api/v1/webhooks/:id/replay': OPERATORS_AND_PROVIDERS,
};

/** @throws Error for a route without an entry */
export function accessOf(method: string, url: string): RouteAccess {
  const access = ROUTE_TABLE[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (access === undefined) throw new Error(`${method} ${url} has no entry in src/access/route-table.ts`);
  return access;
}
