import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import { bookSlot } from '../../src/modules/reservations/index.ts';
import type { Adapter } from '../../src/modules/supply/adapters/adapter.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import { createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { toUnitClaim, winnersOf } from '../support/supply/conflict-rule.ts';
import { ItemLoad } from '../support/supply/item-load.ts';
import { addSupplier, POLICY, pullItems, suppliedIds } from '../support/supply/supplied-slots.ts';
import { writeSuppliersFile } from '../support/supply/suppliers-file.ts';
import { auditWriteBacks } from '../support/supply/write-back-audit.ts';
import {
  itemsAdapter,
  openTestFeed,
  openWorker,
  readWriteBacks,
  type StoredWriteBack,
  untilSent,
} from '../support/supply/write-back-fixture.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const FAULTS = {
  'error-before': { probability: 0.1 },
  'error-after': { probability: 0.1 },
  'lost-acknowledgement': { probability: 0.1 },
};
const BOOKINGS = 1_000;
const SUPPLIERS = 4;
/** The entries of a killed server wait for their leases to end, one after the other on each slot. */
const DRAIN_WITHIN_MS = 240_000;

/**
 * Kills servers while suppliers lose answers and sell to other buyers, and then compares the bookings of both sides.
 */
export async function writeBack({ seed, rounds, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const reports: FaultReport[] = [];
  {
    await using database = await createOnPostgres(postgresUrl);
    reports.push(await bookThroughCrashes(database, seededRandom(seed), rounds ?? 10));
  }
  await using database = await createOnPostgres(postgresUrl);
  reports.push(await sellLastUnits(database, seededRandom(seed, 1)));
  return reports;
}

async function bookThroughCrashes(own: OwnDatabase, random: Random, rounds: number): Promise<FaultReport> {
  await using stack = new AsyncDisposableStack();
  const simulators = new Map<string, RunningSimulator>();
  for (let index = 1; index <= SUPPLIERS; index += 1) {
    const seed = random.integer(1, 2 ** 31);
    simulators.set(`venue-${index}`, stack.use(await startSimulator({ kind: 'snapshot', seed })));
  }
  const configured = [...simulators].map(([id, { url }]) => ({
    id,
    adapter: 'snapshot',
    base_url: url,
    pull_limits: ['1/1s'],
  }));
  const file = stack.use(await writeSuppliersFile(configured));
  const start = async () => startChildServer({ ...own.env, SUPPLIERS_FILE: file.path });
  const servers: ChildServer[] = [stack.use(await start()), stack.use(await start())];
  const database = stack.use(await own.open());
  const load = new ItemLoad({
    random,
    clientIds: await addClients(database, 50),
    itemIds: await untilSupplied(database, simulators),
    bookings: BOOKINGS,
    buyers: 16,
    cancelled: 0.3,
    ports: () => servers.filter(({ alive }) => alive).map(({ port }) => port),
  });
  for (const simulator of simulators.values()) {
    simulator.setFaults(FAULTS);
    simulator.setRivals(8);
  }
  const running = load.run();
  for (let round = 0; round < rounds; round += 1) {
    await delay(random.integer(100, 1_200));
    const [victim] = servers.splice(0, 1);
    victim?.signal('SIGKILL');
    await victim?.gone();
    servers.push(stack.use(await start()));
    for (const simulator of simulators.values()) simulator.buyAsRival();
    vanishOne([...simulators.values()], random);
  }
  await running;
  for (const simulator of simulators.values()) {
    simulator.setFaults({});
    simulator.setRivals(0);
  }
  await untilSent(database, [...simulators.keys()], DRAIN_WITHIN_MS);
  const exits: (number | string)[] = [];
  for (const server of servers) {
    server.signal('SIGTERM');
    exits.push(await server.gone());
  }
  const stored = await readWriteBacks(database);
  const broken = await brokenInvariants(database);
  return {
    title: `${BOOKINGS} bookings, rivals, lost acknowledgements and ${rounds} kill -9, on ${own.kind}`,
    facts: [
      `${load.bookedIds.size} booked with ${load.requestsSent} requests, ${load.refusals} refused as sold out; ${countStates(stored)}`,
    ],
    findings: [
      finding(
        'the queue has an entry for every booking that was answered, and no other',
        [...new Set([...load.bookedIds, ...stored.map((entry) => entry.reservation_id)])].map((id) => ({
          ok: load.bookedIds.has(id) && stored.some((entry) => entry.reservation_id === id),
          what: `reservation ${id}`,
        })),
      ),
      finding(
        'every booking is confirmed, in conflict or cancelled, and is sent or parked with a reason',
        stored.map((entry) => ({ ok: isSettled(entry, load), what: JSON.stringify(entry) })),
      ),
      finding('the supplier holds every confirmed booking once, and no other', auditAll(stored, simulators)),
      finding('every answer is 201, 204 or 409', [{ ok: load.problems.length === 0, what: load.problems.join('; ') }]),
      finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      finding(
        'servers stop on SIGTERM with exit code 0',
        exits.map((exit) => ({ ok: exit === 0, what: String(exit) })),
      ),
    ],
  };
}

/** Books more units than the supplier has left, and compares the winners with the rule of conflicts. */
async function sellLastUnits(own: OwnDatabase, random: Random): Promise<FaultReport> {
  await using simulator = await startSimulator({ kind: 'snapshot' });
  await using database = await own.open();
  await migrateDatabase(database);
  const [clientId = 0] = await addClients(database, 1);
  await addSupplier(database, 'venue');
  const adapter = itemsAdapter(simulator.url);
  await pullItems(database, 'venue', adapter);
  const unitsLeft = new Map<string, number>();
  for (const [unitId, slotId] of await suppliedIds(database, 'venue')) {
    const { rows } = await database.read((reader) =>
      sql<{ capacity: number }>`select capacity from slot where id = ${slotId}`.execute(reader),
    );
    const capacity = Math.min(rows[0]?.capacity ?? 0, 12);
    const left = random.integer(0, Math.floor(capacity / 2));
    simulator.sell(unitId, (rows[0]?.capacity ?? 0) - left);
    unitsLeft.set(JSON.stringify(unitId), left);
    const quantities = Array.from({ length: Math.floor(capacity / 2) }, () => random.integer(1, 2));
    await Promise.all(
      quantities.map((quantity) =>
        database
          .transaction((tx) => bookSlot(tx, { clientId, slotId, quantity, actor: null }, POLICY))
          .catch(() => undefined),
      ),
    );
  }
  simulator.setFaults(FAULTS);
  const feed = await openTestFeed(database);
  {
    await using _one = openWorker(database, feed, { venue: adapter });
    await using _other = openWorker(database, feed, { venue: adapter });
    await untilSent(database, ['venue'], 60_000);
  }
  simulator.setFaults({});
  const stored = await readWriteBacks(database);
  const differences = auditWriteBacks(stored, simulator.bookings());
  const bySlot = [...Map.groupBy(stored, ({ unit_id }) => unit_id)];
  return {
    title: 'the last units of a slot',
    facts: [`${bySlot.length} slots; ${countStates(stored)}`],
    findings: [
      finding(
        'the winners are those of the rule of conflicts',
        bySlot.map(([unitId, entries]) => {
          const won = entries.filter(({ status }) => status === 'confirmed').map((entry) => entry.reservation_id);
          const expected = winnersOf(entries.map(toUnitClaim), unitsLeft.get(unitId) ?? 0);
          const ok = String(won.toSorted((a, b) => a - b)) === String(expected.toSorted((a, b) => a - b));
          return { ok, what: `${unitId}: the winners are ${won}, and should be ${expected}` };
        }),
      ),
      finding(
        'the rule has the same winners in every order of the claims',
        bySlot.flatMap(([unitId, entries]) => {
          const expected = String(winnersOf(entries.map(toUnitClaim), unitsLeft.get(unitId) ?? 0));
          return permutations(entries.map(toUnitClaim)).map((claims) => ({
            ok: String(winnersOf(claims, unitsLeft.get(unitId) ?? 0)) === expected,
            what: `${unitId}: ${claims.map(({ id }) => id)}`,
          }));
        }),
      ),
      finding('the supplier holds every confirmed booking once, and no other', [
        { ok: differences.length === 0, what: differences.join('; ') },
      ]),
      finding('control: the audit finds double bookings if each attempt has its own key', [
        await bookWithNewKeys(database, clientId, random),
      ]),
    ],
  };
}

async function bookWithNewKeys(database: Database, clientId: number, random: Random) {
  await using simulator = await startSimulator({ kind: 'snapshot', seed: random.integer(1, 2 ** 31) });
  const adapter = itemsAdapter(simulator.url);
  const withNewKeys: Adapter = {
    ...adapter,
    book: (request, signal) => adapter.book({ ...request, key: randomUUID() }, signal),
  };
  await addSupplier(database, 'control');
  await pullItems(database, 'control', adapter);
  for (const slotId of (await suppliedIds(database, 'control')).values()) {
    await database.transaction((tx) => bookSlot(tx, { clientId, slotId, quantity: 1, actor: null }, POLICY));
  }
  simulator.setFaults({ 'lost-acknowledgement': { next: 10 } });
  const feed = await openTestFeed(database);
  {
    await using _worker = openWorker(database, feed, { control: withNewKeys });
    await untilSent(database, ['control']);
  }
  const stored = (await readWriteBacks(database)).filter(({ supplier_id }) => supplier_id === 'control');
  const breaches = auditWriteBacks(stored, simulator.bookings());
  return { ok: breaches.some((breach) => breach.includes('held 2 times')), what: 'the audit found no double booking' };
}

async function addClients(database: Database, count: number): Promise<number[]> {
  const { rows } = await database.statement((tx) =>
    sql<{ id: number }>`
      insert into client (first_name, last_name) select 'Client', n::text from generate_series(1, ${count}::integer) n
      returning id`.execute(tx),
  );
  return rows.map(({ id }) => id);
}

async function untilSupplied(database: Database, simulators: ReadonlyMap<string, unknown>): Promise<number[]> {
  for (;;) {
    const found = await Promise.all([...simulators.keys()].map((id) => suppliedIds(database, id)));
    if (found.every(({ size }) => size > 0)) return found.flatMap((ids) => [...ids.values()]);
    await delay(100);
  }
}

function vanishOne(simulators: readonly RunningSimulator[], random: Random): void {
  const simulator = random.pick(simulators);
  const last = simulator.bookings().at(-1);
  if (last) simulator.vanish(last.unitId);
}

function isSettled(entry: StoredWriteBack, load: ItemLoad): boolean {
  if (load.cancelledIds.has(entry.reservation_id) && entry.status !== 'cancelled') return false;
  if (entry.state === 'parked') return entry.reason !== null;
  return entry.state !== 'waiting' && (entry.status !== 'conflict' || entry.refusal !== null);
}

function auditAll(stored: readonly StoredWriteBack[], simulators: ReadonlyMap<string, RunningSimulator>) {
  return [...simulators].flatMap(([id, simulator]) => {
    const entries = stored.filter(({ supplier_id }) => supplier_id === id);
    const breaches = auditWriteBacks(entries, simulator.bookings());
    const correct = entries.slice(breaches.length).map(() => ({ ok: true, what: '' }));
    return [...correct, ...breaches.map((what) => ({ ok: false, what: `${id}: ${what}` }))];
  });
}

function countStates(stored: readonly StoredWriteBack[]): string {
  const counts = Map.groupBy(stored, ({ status, state }) => `${status}, ${state}`);
  return [...counts].map(([state, entries]) => `${entries.length} ${state}`).join('; ');
}

/** All orders of up to six items, which are at most 720. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map((others) => [first, ...others]));
}
