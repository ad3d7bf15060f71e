import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, it, vi } from 'vitest';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../test/support/server/test-app.ts';
import { openClient } from '../../platform/db/session/session.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { loadVehicleSamples } from './import/vehicle-samples.ts';

const SAMPLES = fileURLToPath(new URL('../../../samples', import.meta.url));

async function openSamples(test: TestDatabase): Promise<HttpServer> {
  await loadVehicleSamples(test.database, SAMPLES);
  return openTestApp(test.database);
}

function stateOf(body: unknown): string | undefined {
  return (body as { data?: { vehicle: { state: string } } }).data?.vehicle.state;
}

eachDatabase('vehicles', (open) => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openSamples(open());
  });
  const at = (id: number | string, timestamp: string) =>
    ask(app, 'GET', `/vehicles/${id}/timestamp/${encodeURIComponent(timestamp)}`);

  async function newVehicle(): Promise<number> {
    const body = { make: 'VW', model: 'ID.3', state: 'quoted', timestamp: '2022-01-01' };
    const answer = await ask(app, 'POST', '/vehicles', body);
    expect(answer.status, answer.text).toBe(201);
    return (answer.body as { vehicle: { id: number } }).vehicle.id;
  }

  async function log(id: number, state: string, timestamp: string): Promise<void> {
    const answer = await ask(app, 'POST', `/vehicles/${id}/state-logs`, { state, timestamp });
    expect(answer.status, answer.text).toBe(201);
  }

  it('a state is answered in the fixed shape, first from the database and then from memory', async () => {
    const vehicle = { id: 2, make: 'AUDI', model: 'A4', state: 'selling' };
    const another = await openTestApp(open().database);
    const url = '/vehicles/2/timestamp/2022-09-12T10:00:00+00:00';
    const first = await ask(another, 'GET', url);
    expect(first.body).toEqual({ fromCache: false, data: { vehicle } });
    expect((await ask(another, 'GET', url)).body).toEqual({ fromCache: true, data: { vehicle } });
  });

  it('the instant of a log counts as in its state, to the microsecond', async () => {
    expect(stateOf((await at(2, '2022-09-11T17:03:17Z')).body)).toBe('selling');
    expect(stateOf((await at(2, '2022-09-11 17:03:16.999999')).body)).toBe('quoted');
    expect(stateOf((await at(2, '2022-09-11T19:03:17+02')).body)).toBe('selling');
    expect(stateOf((await at(2, '2022-09-11t17:03:16.999999999z')).body)).toBe('quoted');
    expect(stateOf((await at(2, '2022-09-11T17:03:17.0000000Z')).body)).toBe('selling');
  });

  it('vehicles are listed by id and read one by one, each in its present state', async () => {
    const id = await newVehicle();
    const body = { make: 'BMW', model: 'i3' };
    const { body: created } = await ask(app, 'POST', '/vehicles', body);
    const bare = (created as { vehicle: { id: number } }).vehicle;
    await log(id, 'sold', '2022-01-02T03:04:05.000006Z');
    await log(id, 'returned', '2999-01-01');
    const current = { id, make: 'VW', model: 'ID.3', state: 'sold', since: '2022-01-02T03:04:05.000006Z' };
    expect((await ask(app, 'GET', `/vehicles/${id}`)).body).toEqual(current);
    expect((await ask(app, 'GET', `/vehicles/${bare.id}`)).body).toEqual({ ...bare, state: null, since: null });
    const listed: unknown[] = [];
    for (let url: string | undefined = '/vehicles?limit=2'; url !== undefined; ) {
      const { headers, body: page } = await ask(app, 'GET', url);
      const { vehicles } = page as { vehicles: { id: number }[] };
      listed.push(...vehicles);
      url = /<(.*)>/.exec(String(headers.link ?? ''))?.[1];
    }
    const ids = (listed as { id: number }[]).map((each) => each.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(listed).toEqual(expect.arrayContaining([current, { ...bare, state: null, since: null }]));
    expect((await ask(app, 'GET', '/vehicles/999999')).status).toBe(404);
    expect((await ask(app, 'GET', '/vehicles/0x2')).status).toBe(400);
  });

  it('an unknown vehicle and a time before the first log return 404', async () => {
    expect((await at(999_999, '2022-09-12')).body).toMatchObject({ type: 'urn:holdfast:problem:no-such-vehicle' });
    expect((await at(2, '2022-09-10T14:59:00Z')).body).toMatchObject({ status: 404 });
  });

  it.each([
    ['2', '2022-02-30'],
    ['2', '2022-09-12T24:00'],
    ['2', 'now'],
    ['2', '2022-09-12T10:00:00.1234567890'],
    ['0', '2022-09-12'],
    ['0x2', '2022-09-12'],
  ])('/vehicles/%s/timestamp/%s returns 400', async (id, timestamp) => {
    expect((await at(id, timestamp)).status).toBe(400);
  });

  it('a back-dated log changes the answers after its instant at once', async () => {
    const id = await newVehicle();
    await log(id, 'sold', '2022-03-01');
    expect(stateOf((await at(id, '2022-02-15')).body)).toBe('quoted');
    await log(id, 'selling', '2022-02-01');
    const answer = await at(id, '2022-02-15');
    expect(answer.body).toMatchObject({ fromCache: false, data: { vehicle: { state: 'selling' } } });
    const history = await ask(app, 'GET', `/vehicles/${id}/history`);
    expect(history.body).toMatchObject({
      history: [
        { state: 'quoted', timestamp: '2022-01-01T00:00:00Z' },
        { state: 'selling', timestamp: '2022-02-01T00:00:00Z' },
        { state: 'sold', timestamp: '2022-03-01T00:00:00Z' },
      ],
    });
  });

  it('the state is that of the log with the greatest instant and sequence, in whatever order logs arrive', async () => {
    const logs = fc.array(fc.record({ day: fc.integer({ min: 2, max: 9 }), state: fc.constantFrom('a', 'b', 'c') }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(logs, async (arrived) => {
        const id = await newVehicle();
        for (const { day, state } of arrived) await log(id, state, `2022-01-0${day}T00:00:00.00000${day}Z`);
        for (let day = 1; day <= 9; day += 1) {
          const earlier = arrived.filter((each) => each.day <= day);
          const latest = Math.max(...earlier.map((each) => each.day));
          const expected = earlier.findLast((each) => each.day === latest)?.state ?? 'quoted';
          expect(stateOf((await at(id, `2022-01-0${day}T00:00:00.00000${day}Z`)).body)).toBe(expected);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('up to 1,000 pairs are answered in order, each with a state or a problem', async () => {
    const pairs = Array.from({ length: 1_000 }, (_, index) => ({
      vehicle_id: index % 2 === 0 ? 2 : 999_999,
      timestamp: '2022-09-12',
    }));
    const answer = await ask(app, 'POST', '/api/v1/vehicles/states', { pairs });
    expect(answer.status).toBe(200);
    const { states } = answer.body as { states: object[] };
    expect(states).toHaveLength(1_000);
    expect(states[0]).toMatchObject({ vehicle: { state: 'selling' } });
    expect(states[1]).toMatchObject({ problem: { status: 404 } });
    const tooMany = [...pairs, ...pairs.slice(0, 1)];
    expect((await ask(app, 'POST', '/api/v1/vehicles/states', { pairs: tooMany })).status).toBe(400);
  });

  it('no-cache reads the source, and an ETag that the client has returns 304', async () => {
    await at(2, '2022-09-12');
    const url = '/vehicles/2/timestamp/2022-09-12';
    const fresh = await ask(app, 'GET', url, undefined, { 'cache-control': 'no-cache' });
    expect(fresh.body).toMatchObject({ fromCache: false });
    const cached = await ask(app, 'GET', url);
    expect(Number(cached.headers.age)).toBeGreaterThanOrEqual(1);
    expect(cached.headers['cache-control']).toBe('no-cache');
    expect(cached.headers['cache-status']).toMatch(/^Holdfast; hit; ttl=\d+$/);
    const unchanged = await ask(app, 'GET', url, undefined, { 'if-none-match': String(cached.headers.etag) });
    expect(unchanged.status).toBe(304);
  });

  it('a vehicle is found as soon as it is created, although it was cached as unknown', async () => {
    const next = (await newVehicle()) + 1;
    expect((await at(next, '2022-02-01')).status).toBe(404);
    expect(await newVehicle()).toBe(next);
    expect((await at(next, '2022-02-01')).status).toBe(200);
  });
});

onPostgres('vehicles that another program changes', (open) => {
  it('a log of another program is shown within a second', async () => {
    const app = await openSamples(open());
    const url = '/vehicles/3/timestamp/2022-09-11T09:11:45Z';
    expect(stateOf((await ask(app, 'GET', url)).body)).toBe('quoted');
    const other = await openClient(open().url ?? '', { applicationName: 'other program' });
    await other.query(`update state_log set state = 'sold' where vehicle_id = 3 and state = 'quoted'`);
    await other.end();
    await vi.waitFor(async () => expect(stateOf((await ask(app, 'GET', url)).body)).toBe('sold'), {
      timeout: 1_000,
      interval: 5,
    });
  });
});
