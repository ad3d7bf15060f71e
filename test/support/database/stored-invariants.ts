import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';

/** Queries for the rows that break an invariant, by the description of such rows. */
const BREACHES = {
  'slots whose claimed units are not the sum of their live reservations': sql`
    select s.id from slot s
      left join reservation r on r.slot_id = s.id and r.status in ('held', 'confirmed')
     group by s.id having s.claimed <> coalesce(sum(r.quantity), 0)`,
  'reservations with another provider than their slot': sql`
    select r.id from reservation r join slot s on s.id = r.slot_id where r.provider_id is distinct from s.provider_id`,
  'slots sold beyond their capacity': sql`select id from slot where claimed > capacity + overclaimed or claimed < 0`,
  'confirmed reservations that were not held when they were confirmed': sql`
    select id from reservation
     where status = 'confirmed' and (decided_at is null or decided_at < held_at or decided_at >= expires_at)`,
  'reservations whose last event has another state': sql`
    select r.id from reservation r
      left join lateral (select * from reservation_event e
                          where e.reservation_id = r.id order by e.id desc limit 1) last on true
     where (last.status, last.slot_id, last.quantity) is distinct from (r.status, r.slot_id, r.quantity)`,
  'reservations that changed after their end': sql`
    select reservation_id as id from (
      select *, lag(status) over (partition by reservation_id order by id) as before from reservation_event) event
     where before in ('cancelled', 'expired', 'conflict')
        or (before = 'confirmed' and status not in ('confirmed', 'cancelled', 'conflict'))`,
  'overlapping open slots of one provider': sql`
    select a.id from slot a join slot b
      on a.provider_id = b.provider_id and a.id < b.id
     and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
     where (a.closed_at is null or a.claimed > 0) and (b.closed_at is null or b.claimed > 0)`,
  // No request contains U+FFFD, which lenient decoders put in the place of bytes that they cannot read.
  'stored texts that are not what was sent': sql`
    select id from (
      select id, first_name || last_name as text from client
      union all select id, first_name || last_name from provider
      union all select id, make || model from vehicle
      union all select vehicle_id, state from state_log
      union all select id, customer from orders
      union all select order_id, description from order_line) stored
     where text like '%' || U&'\FFFD' || '%'`,
} as const;

/** The invariants that the tables break, in words, with the number of rows. */
export async function brokenInvariants(database: Database): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, breach] of Object.entries(BREACHES)) {
    const { rows } = await database.read((reader) => breach.execute(reader));
    if (rows.length > 0) broken.push(`${rows.length} ${name}`);
  }
  return broken;
}
