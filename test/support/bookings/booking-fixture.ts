import { sql } from 'kysely';
import { migrateDatabase } from '../../../src/compose/open-database.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { Random } from '../../../src/platform/seeded-random.ts';
import type { OwnDatabase } from '../database/own-database.ts';
import type { Stored, StoredReservation, StoredSlot } from './booking-history.ts';

/** A database with so many clients that each hold has its own, slots that sell out, and slots that do not. */
export interface BookingFixture {
  /** A hold that has not been requested yet, by a client that has none. */
  newHold(random: Random): { clientId: number; slotId: number; quantity: number };
}

const CLIENTS = 150_000;
const SMALL_SLOTS = 300;
const LARGE_SLOTS = 40;

/** Migrates a database and fills it, before any server runs on it. */
export async function createBookingFixture(own: OwnDatabase): Promise<BookingFixture> {
  await using database = await own.open();
  await migrateDatabase(database);
  return await fillBookingFixture(database);
}

/** Fills a database whose schema is that of this release or of the one before. */
export async function fillBookingFixture(database: Database): Promise<BookingFixture> {
  await database.transaction(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`insert into provider (first_name, last_name) values ('Jake', 'Black')`.execute(tx);
    await sql`insert into client (first_name, last_name)
      select 'Client', n::text from generate_series(1, ${CLIENTS}::integer) n`.execute(tx);
    await sql`insert into slot (provider_id, starts_at, ends_at, capacity)
      select 1, start, start + interval '15 min', case when n <= ${SMALL_SLOTS} then 1 else 1000000 end
        from generate_series(1, ${SMALL_SLOTS + LARGE_SLOTS}::integer) n,
             lateral (select date_trunc('day', now()) + interval '30 days' + n * interval '15 min' as start) at
       order by n`.execute(tx);
  });
  let clientId = 0;
  return {
    newHold(random) {
      clientId += 1;
      if (clientId > CLIENTS) throw new Error('all clients of the fixture are used');
      // Small slots sell out soon and are refused from then on.
      if (random.chance(0.3)) return { clientId, slotId: random.integer(1, SMALL_SLOTS), quantity: 1 };
      const slotId = SMALL_SLOTS + random.integer(1, LARGE_SLOTS);
      return { clientId, slotId, quantity: random.integer(1, 3) };
    },
  };
}

/** Reads the tables after all requests. */
export async function readStored(database: Database): Promise<Stored> {
  return database.read(async (reader) => {
    const reservations = await sql<StoredReservation>`
      select r.id, r.client_id, r.slot_id, r.quantity, r.status,
             (select count(*) from reservation_event e where e.reservation_id = r.id and e.status = 'confirmed')
               as confirmations
        from reservation r`.execute(reader);
    const slots = await sql<StoredSlot>`
      select s.id, s.capacity, s.claimed, coalesce(sum(r.quantity), 0)::integer as live
        from slot s left join reservation r on r.slot_id = s.id and r.status in ('held', 'confirmed')
       group by s.id`.execute(reader);
    return { reservations: reservations.rows, slots: slots.rows };
  });
}
