import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../../src/compose/start-server.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { OPERATOR_KEY } from '../support/server/principals.ts';

const ENV = {
  ...{ AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT: 'off', RATE_LIMIT_ANONYMOUS: 'off' },
  ...{ HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'on', PORT: '0' },
};
const READERS = ['operator', 'service', 'viewer', 'provider', 'client'] as const;
const OTHERS = ['reseller', 'monitor'] as const;

interface Slot {
  readonly id: number;
  readonly remaining: number;
}

/** The fields of all answers that the test looks at. */
interface Body {
  readonly key: string;
  readonly client_id: number;
  readonly provider_id: number;
  readonly booking_id: number;
  readonly reservation_id: number;
  readonly items: readonly { readonly item_id: number }[];
  readonly bookings: readonly { readonly booking_id: number }[];
  readonly reservations: readonly { readonly reservation_id: number }[];
  readonly experiences: readonly { readonly id: number }[];
  readonly dates: readonly { readonly date: string }[];
  readonly slots: readonly Slot[];
}

type Send = (method: string, path: string, body?: object) => Promise<{ status: number; body: Body }>;

let server: RunningServer;
let operator: Send;
let ann: Send;
let bob: Send;
let senders: Record<(typeof READERS)[number] | (typeof OTHERS)[number], Send>;

function withKey(key: string): Send {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${server.address}${path}`, {
      ...{ method, headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
}

beforeAll(async () => {
  server = await startServer(readConfig(ENV), createLogger('silent'), '0.0.0');
  operator = withKey(OPERATOR_KEY);
  const name = { first_name: 'A', last_name: 'B' };
  const make = async (path: string, body: object) => (await operator('POST', path, body)).body;
  const sender = async (role: string, subject?: number | string) =>
    withKey((await make('/api/v1/keys', { name: role, role, ...(subject !== undefined && { subject }) })).key);
  ann = await sender('client', (await make('/api/v1/clients', name)).client_id);
  bob = await sender('client', (await make('/api/v1/clients', name)).client_id);
  senders = {
    operator,
    service: await sender('service'),
    viewer: await sender('viewer'),
    provider: await sender('provider', (await make('/api/v1/providers', name)).provider_id),
    client: ann,
    reseller: await sender('reseller', 'ota'),
    monitor: await sender('monitor'),
  };
  await server.backgroundStarted;
  await vi.waitFor(async () => {
    expect((await operator('GET', '/api/items')).body.items?.length).toBeGreaterThan(2);
    expect((await freeSlots(await firstExperience())).length).toBeGreaterThan(0);
  }, PULLED_WITHIN);
});
afterAll(() => server.stop(0));

const PULLED_WITHIN = { timeout: 20_000 };

async function firstExperience(): Promise<number> {
  return (await operator('GET', '/api/v1/experiences')).body.experiences[0]?.id ?? 0;
}

/** The slots of an experience that have places left, on its first date that has such. */
async function freeSlots(experience: number, send: Send = operator): Promise<readonly Slot[]> {
  const { dates } = (await send('GET', `/api/v1/experience/${experience}/dates`)).body;
  for (const { date } of dates) {
    const { slots } = (await send('GET', `/api/v1/experience/${experience}/slots?date=${date}`)).body;
    const free = slots.filter(({ remaining }) => remaining > 0);
    if (free.length > 0) return free;
  }
  return [];
}

/** The answers to an operator and to each reader. Pulls go on, so they are read until nothing has changed meanwhile. */
async function readByAll<Read>(read: (send: Send) => Promise<Read>) {
  for (;;) {
    const expected = await read(operator);
    const byRole: [string, Read][] = [];
    for (const role of READERS) byRole.push([role, await read(senders[role])]);
    if (isDeepStrictEqual(await read(operator), expected)) return { expected, byRole };
  }
}

it('each role that may read what suppliers sell gets the same of it, and the others nothing', async () => {
  const experience = await firstExperience();
  const paths = ['/api/items', '/api/status', '/api/v1/experiences', `/api/v1/experience/${experience}/dates`];
  for (const path of paths) {
    const { expected, byRole } = await readByAll(async (send) => {
      const { status, body } = await send('GET', path);
      return { path, status, body };
    });
    expect(expected.status).toBe(200);
    for (const [role, answer] of byRole) expect([role, answer]).toEqual([role, expected]);
    for (const role of OTHERS) expect([role, (await senders[role]('GET', path)).status]).toEqual([role, 403]);
  }
  const slots = await readByAll(async (send) => (await freeSlots(experience, send)).map(({ id }) => id));
  for (const [role, ids] of slots.byRole) expect([role, ids]).toEqual([role, slots.expected]);
});

it('a booking of an item is read and cancelled by its client and by back ends', async () => {
  const { items } = (await operator('GET', '/api/items')).body;
  const book = async (send: Send, at: number) => {
    const { status, body } = await send('POST', '/api/bookings', { item_id: items[at]?.item_id });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.booking_id;
  };
  const [own, foreign] = [await book(ann, 0), await book(bob, 1)];
  const statusesOf = async (method: string, id: number) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(senders).map(async ([role, send]) => [role, (await send(method, `/api/bookings/${id}`)).status]),
      ),
    );
  const refused = { provider: 403, reseller: 403, monitor: 403 };
  const reading = { operator: 200, service: 200, viewer: 200, ...refused };
  expect(await statusesOf('GET', own)).toEqual({ ...reading, client: 200 });
  expect(await statusesOf('GET', foreign)).toEqual({ ...reading, client: 404 });
  const listed = (await ann('GET', '/api/bookings')).body.bookings.map(({ booking_id }) => booking_id);
  expect(listed).toEqual([own]);
  for (const role of ['viewer', 'provider', 'reseller', 'monitor'] as const) {
    expect([role, (await senders[role]('DELETE', `/api/bookings/${own}`)).status]).toEqual([role, 403]);
  }
  expect((await ann('DELETE', `/api/bookings/${foreign}`)).status).toBe(404);
  expect((await ann('DELETE', `/api/bookings/${own}`)).status).toBe(204);
  expect((await senders.service('DELETE', `/api/bookings/${foreign}`)).status).toBe(204);
});

it("a reservation of a slot of an experience is its client's, and no provider's", async () => {
  const [slot] = await freeSlots(await firstExperience());
  const held = await bob('POST', '/api/v1/reservations', { slot_id: slot?.id });
  expect(held.status, JSON.stringify(held.body)).toBe(201);
  const url = `/api/v1/reservations/${held.body.reservation_id}`;
  const statuses: Record<string, number> = {};
  for (const [role, send] of Object.entries(senders)) statuses[role] = (await send('GET', url)).status;
  const refused = { reseller: 403, monitor: 403 };
  expect(statuses).toEqual({ operator: 200, service: 200, viewer: 200, provider: 404, client: 404, ...refused });
  expect((await bob('GET', url)).status).toBe(200);
  expect((await senders.provider('GET', '/api/v1/reservations')).body.reservations).toEqual([]);
  for (const send of [senders.provider, ann]) expect((await send('POST', `${url}/cancel`, {})).status).toBe(404);
  expect((await bob('POST', `${url}/cancel`, {})).status).toBe(200);
});
