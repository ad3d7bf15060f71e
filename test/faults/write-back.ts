import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import { bookSlot } from '../../src/modules/reservations/index.ts';
import type { Adapter } from '../../src/modules/supply/adapters/adapter.ts';
import { settle } from '../../src/modules/supply/write-back/retry-policy.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import { createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
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
  untilTold,
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
/** A killed server's entries wait for their leases, one after another on a slot. */
const DRAIN_WITHIN_MS = 240_000;

/** Has suppliers lose answers and sell to others while servers are killed, and then compares what both sides hold. */
export async function writeBack({ seed, rounds, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const reports: FaultReport[] = [];
  {
    await using database = await createOnPostgres(postgresUrl);
    reports.push(await bookThroughCrashes(database, seededRandom(seed), rounds ?? 10));
  }
  await using database = await createOnPostgres(postgresUrl);
  reports.push(await settleConflicts(database, seededRandom(seed, 1)));
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
    for (const simulator of simulators.values()) simulator.rivalBuys();
    vanishOne([...simulators.values()], random);
  }
  await running;
  for (const simulator of simulators.values()) {
    simulator.setFaults({});
    simulator.setRivals(0);
  }
  await untilTold(database, [...simulators.keys()], DRAIN_WITHIN_MS);
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
      `${load.bookedIds.size} booked in ${load.sendings} sendings, ${load.refusals} refused as sold out; ${countStates(stored)}`,
    ],
    findings: [
      finding(
        'every booking that was answered is in the queue, and nothing else is',
        [...new Set([...load.bookedIds, ...stored.map((each) => each.reservation_id)])].map((id) => ({
          ok: load.bookedIds.has(id) && stored.some((each) => each.reservation_id === id),
          what: `reservation ${id}`,
        })),
      ),
      finding(
        'every booking ends confirmed, in conflict or cancelled, and told or parked with a reason',
        stored.map((each) => ({ ok: hasEnded(each, load), what: JSON.stringify(each) })),
      ),
      finding('the supplier holds each confirmed one once, and no other', audited(stored, simulators)),
      finding('no answer but 201, 204 and 409', [{ ok: load.problems.length === 0, what: load.problems.join('; ') }]),
      finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      finding(
        'servers stop when they are asked to',
        exits.map((exit) => ({ ok: exit === 0, what: String(exit) })),
      ),
    ],
  };
}

/** Claims of slots of which the supplier has fewer than we think, and no rivals while they are told. */
async function settleConflicts(own: OwnDatabase, random: Random): Promise<FaultReport> {
  await using simulator = await startSimulator({ kind: 'snapshot' });
  await using database = await own.open();
  await migrateDatabase(database);
  const [clientId = 0] = await addClients(database, 1);
  await addSupplier(database, 'venue');
  const adapter = itemsAdapter(simulator.url);
  await pullItems(database, 'venue', adapter);
  const units = new Map<string, number>();
  for (const [unitId, slotId] of await suppliedIds(database, 'venue')) {
    const { rows } = await database.read((reader) =>
      sql<{ capacity: number }>`select capacity from slot where id = ${slotId}`.execute(reader),
    );
    const capacity = Math.min(rows[0]?.capacity ?? 0, 12);
    const kept = random.integer(0, Math.floor(capacity / 2));
    simulator.sell(unitId, (rows[0]?.capacity ?? 0) - kept);
    units.set(JSON.stringify(unitId), kept);
    const orders = Array.from({ length: Math.floor(capacity / 2) }, () => random.integer(1, 2));
    await Promise.all(
      orders.map((quantity) =>
        database.transaction((tx) => bookSlot(tx, { clientId, slotId, quantity }, POLICY)).catch(() => undefined),
      ),
    );
  }
  simulator.setFaults(FAULTS);
  const feed = await openTestFeed(database);
  {
    await using _one = openWorker(database, feed, { venue: adapter });
    await using _other = openWorker(database, feed, { venue: adapter });
    await untilTold(database, ['venue'], 60_000);
  }
  simulator.setFaults({});
  const stored = await readWriteBacks(database);
  const told = auditWriteBacks(stored, simulator.bookings());
  const bySlot = [...Map.groupBy(stored, ({ unit_id }) => unit_id)];
  return {
    title: 'who gets the last units',
    facts: [`${bySlot.length} slots; ${countStates(stored)}`],
    findings: [
      finding(
        'the winners are those of the rule',
        bySlot.map(([unitId, entries]) => {
          const won = entries.filter(({ status }) => status === 'confirmed').map((each) => each.reservation_id);
          const ruled = settle(entries.map(toClaim), units.get(unitId) ?? 0);
          const ok = String(won.toSorted((a, b) => a - b)) === String(ruled.toSorted((a, b) => a - b));
          return { ok, what: `${unitId}: ${won} won, and should have ${ruled}` };
        }),
      ),
      finding(
        'the rule names them in every order of the claims',
        bySlot.flatMap(([unitId, entries]) => {
          const ruled = String(settle(entries.map(toClaim), units.get(unitId) ?? 0));
          return permutations(entries.map(toClaim)).map((claims) => ({
            ok: String(settle(claims, units.get(unitId) ?? 0)) === ruled,
            what: `${unitId}: ${claims.map(({ id }) => id)}`,
          }));
        }),
      ),
      finding('the supplier holds each confirmed one once, and no other', [
        { ok: told.length === 0, what: told.join('; ') },
      ]),
      finding('control: a key for each attempt is found out', [await freshKeys(database, clientId, random)]),
    ],
  };
}

async function freshKeys(database: Database, clientId: number, random: Random) {
  await using simulator = await startSimulator({ kind: 'snapshot', seed: random.integer(1, 2 ** 31) });
  const adapter = itemsAdapter(simulator.url);
  const reckless: Adapter = {
    ...adapter,
    book: (order, signal) => adapter.book({ ...order, key: randomUUID() }, signal),
  };
  await addSupplier(database, 'control');
  await pullItems(database, 'control', adapter);
  for (const slotId of (await suppliedIds(database, 'control')).values()) {
    await database.transaction((tx) => bookSlot(tx, { clientId, slotId, quantity: 1 }, POLICY));
  }
  simulator.setFaults({ 'lost-acknowledgement': { next: 10 } });
  const feed = await openTestFeed(database);
  {
    await using _worker = openWorker(database, feed, { control: reckless });
    await untilTold(database, ['control']);
  }
  const stored = (await readWriteBacks(database)).filter(({ supplier_id }) => supplier_id === 'control');
  const breaches = auditWriteBacks(stored, simulator.bookings());
  return { ok: breaches.some((breach) => breach.includes('held 2 times')), what: 'nothing was found' };
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

function hasEnded(entry: StoredWriteBack, load: ItemLoad): boolean {
  if (load.cancelledIds.has(entry.reservation_id) && entry.status !== 'cancelled') return false;
  if (entry.state === 'parked') return entry.reason !== null;
  return entry.state !== 'waiting' && (entry.status !== 'conflict' || entry.refusal !== null);
}

function audited(stored: readonly StoredWriteBack[], simulators: ReadonlyMap<string, RunningSimulator>) {
  return [...simulators].flatMap(([id, simulator]) => {
    const entries = stored.filter(({ supplier_id }) => supplier_id === id);
    const breaches = auditWriteBacks(entries, simulator.bookings());
    const kept = entries.slice(breaches.length).map(() => ({ ok: true, what: '' }));
    return [...kept, ...breaches.map((what) => ({ ok: false, what: `${id}: ${what}` }))];
  });
}

function countStates(stored: readonly StoredWriteBack[]): string {
  const counts = Map.groupBy(stored, ({ status, state }) => `${status}, ${state}`);
  return [...counts].map(([state, entries]) => `${entries.length} ${state}`).join('; ');
}

function toClaim(entry: StoredWriteBack) {
  return { id: entry.reservation_id, decidedAt: BigInt(entry.decided_us), quantity: entry.quantity };
}

/** All orders of up to six things: 720. */
function permutations<T>(things: readonly T[]): T[][] {
  if (things.length <= 1) return [[...things]];
  return things.flatMap((first, index) => permutations(things.toSpliced(index, 1)).map((others) => [first, ...others]));
}
