import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { priceColumn, type Slot } from '../../inventory/index.ts';

/** A slot and how much of it is free at this moment. */
export interface AvailableSlot extends Slot {
  /** Units nobody has a live claim on; 0 when the slot is closed. */
  readonly remaining: number;
  readonly is_available: boolean;
}

/** Where a listing of slots goes on: after the slot that starts then and has that id. */
export interface SlotPosition {
  readonly startTime: InstantText;
  readonly slotId: Id;
}

export interface SlotFilter {
  readonly providerId?: Id | undefined;
  /** Slots that start at or after this moment. */
  readonly from?: InstantText | undefined;
  /** Slots that start before this moment. */
  readonly to?: InstantText | undefined;
  /** Only slots with a unit free that have not begun. */
  readonly onlyAvailable?: boolean;
  readonly after?: SlotPosition | undefined;
  readonly limit: number;
}

/**
 * A hold that has run out no longer counts, swept or not: `slot.claimed` still holds its units until somebody
 * flips it, so they are added back here, and the version is told as the flip will leave it.
 */
const AVAILABLE_SLOT = sql`
  select s.id as slot_id, s.provider_id, s.starts_at as start_time, s.ends_at as end_time, s.capacity,
         s.version + due.holds as version, ${priceColumn('s')}, free.units as remaining, free.units > 0 as is_available
    from (select holdfast_clock() as now) clock
   cross join slot s
   cross join lateral (
     select coalesce(sum(r.quantity), 0)::integer as units, count(*)::integer as holds from reservation r
      where r.slot_id = s.id and r.status = 'held' and r.expires_at <= clock.now) due
   cross join lateral (
     select case when s.closed_at is not null then 0 else s.capacity - s.claimed + due.units end as units) free`;

export async function listSlots(reader: Reader, filter: SlotFilter): Promise<AvailableSlot[]> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (filter.providerId !== undefined) conditions.push(sql`s.provider_id = ${filter.providerId}`);
  if (filter.from !== undefined) conditions.push(sql`s.starts_at >= ${filter.from}::timestamptz`);
  if (filter.to !== undefined) conditions.push(sql`s.starts_at < ${filter.to}::timestamptz`);
  if (filter.onlyAvailable) conditions.push(sql`free.units > 0 and s.starts_at >= clock.now`);
  if (filter.after !== undefined) {
    conditions.push(sql`(s.starts_at, s.id) > (${filter.after.startTime}::timestamptz, ${filter.after.slotId})`);
  }
  const { rows } = await sql<AvailableSlot>`
    ${AVAILABLE_SLOT} where ${sql.join(conditions, sql` and `)}
     order by s.starts_at, s.id limit ${filter.limit}`.execute(reader);
  return rows;
}

/** Slots by id, in the order of their start. */
export async function readSlots(reader: Reader, slotIds: readonly Id[]): Promise<AvailableSlot[]> {
  const { rows } = await sql<AvailableSlot>`
    ${AVAILABLE_SLOT} where s.id = any(${slotIds}::bigint[]) order by s.starts_at, s.id`.execute(reader);
  return rows;
}

export async function readSlot(reader: Reader, slotId: Id): Promise<AvailableSlot> {
  const [slot] = await readSlots(reader, [slotId]);
  if (!slot) throw new NotFound('slot', slotId);
  return slot;
}
