import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { asOperator, makeKey, OPERATOR_KEY } from '../../support/server/principals.ts';
import { suppliedIds } from '../../support/supply/supplied-slots.ts';
import type { TriedRole } from './expected-access.ts';

/** Ids of one client and one provider, and of what belongs to both. */
export interface Party {
  readonly client_id: number;
  readonly provider_id: number;
  readonly reservation_id: number;
  readonly booking_id: number;
  readonly webhook_id: number;
  /** A delivery to that webhook. */
  readonly delivery_id: number;
}

/** The things that the requests of a matrix name. */
export interface MatrixWorld {
  readonly own: Party;
  readonly foreign: Party;
  /** A free slot of the own provider. */
  readonly slot_id: number;
  readonly item_id: number;
  readonly order_id: number;
  readonly vehicle_id: number;
  readonly key_id: string;
  /** The secret texts of keys by role; those of a client and a provider are for the own party. */
  readonly tokens: Readonly<Record<TriedRole, string>>;
}

export const SUPPLIER = 'sample-tours';
export const VENUE = 'venue';

/** Makes two parties, each with a hold and a booking, and a key of each role for the first. */
export async function makeWorld(app: HttpServer, database: Database): Promise<MatrixWorld> {
  const operator = asOperator(app);
  const make = async (url: string, body: object): Promise<Record<string, number>> => {
    const answer = await operator('POST', url, body);
    if (answer.status !== 201) throw new Error(`POST ${url}: ${answer.text}`);
    return answer.body as Record<string, number>;
  };
  const [item_id = 0] = (await suppliedIds(database, VENUE)).values();
  const makeParty = async () => {
    const { client_id = 0 } = await make('/api/v1/clients', NAME);
    const { provider_id = 0 } = await make('/api/v1/providers', NAME);
    const { slots } = (await make(`/api/v1/providers/${provider_id}/availability`, OFFER)) as unknown as {
      readonly slots: readonly { readonly slot_id: number }[];
    };
    const slot_id = slots[0]?.slot_id ?? 0;
    const { reservation_id = 0 } = await make('/api/v1/reservations', { client_id, slot_id });
    const { booking_id = 0 } = await make('/api/bookings', { client_id, item_id });
    const { webhook_id = 0 } = await make('/api/v1/webhooks', { url: 'https://shop.invalid/hooks', provider_id });
    await operator('POST', `/api/v1/webhooks/${webhook_id}/test`);
    const { body } = await operator('GET', `/api/v1/webhooks/${webhook_id}/deliveries`);
    const [{ delivery_id } = { delivery_id: 0 }] = (body as { readonly deliveries: readonly { delivery_id: number }[] })
      .deliveries;
    const party = { client_id, provider_id, reservation_id, booking_id, webhook_id, delivery_id };
    return { party, free: slots[1]?.slot_id ?? 0 };
  };
  const own = await makeParty();
  const foreign = await makeParty();
  const { client_id, provider_id } = own.party;
  const order = await make('/api/v1/orders', ORDER);
  const { vehicle } = (await make('/vehicles', VEHICLE)) as unknown as { readonly vehicle: { readonly id: number } };
  const keyOf = async (role: string, subject?: number | string) => (await makeKey(app, role, subject)).key;
  return {
    own: own.party,
    foreign: foreign.party,
    slot_id: own.free,
    item_id,
    order_id: order.order_id ?? 0,
    vehicle_id: vehicle.id,
    key_id: (await makeKey(app, 'viewer')).key_id,
    tokens: {
      operator: OPERATOR_KEY,
      service: await keyOf('service'),
      viewer: await keyOf('viewer'),
      provider: await keyOf('provider', provider_id),
      client: await keyOf('client', client_id),
      reseller: await keyOf('reseller', `partner of ${client_id}`),
      monitor: await keyOf('monitor'),
    },
  };
}

const NAME = { first_name: 'A', last_name: 'B' };
const OFFER = { ranges: [{ start_time: '2098-03-17T09:00:00Z', end_time: '2098-03-17T12:00:00Z' }], capacity: 5 };
const VEHICLE = { make: 'AUDI', model: 'A4', state: 'quoted', timestamp: '2022-09-10T10:23:54Z' };
const ORDER = {
  customer: 'Toms Spezialitäten',
  currency: 'USD',
  lines: [{ description: 'Queso Cabrales', quantity: 12, unit_price: 14.25 }],
};
