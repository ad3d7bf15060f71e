import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { priceColumn, type Slot } from '../../inventory/index.ts';
import { type Provider, readProvidersById } from '../people/provider-store.ts';

/** A slot and its free units at the moment of reading. */
export interface AvailableSlot extends Slot {
  /** Units without a live claim; 0 when the slot is closed. */
  readonly remaining: number;
  readonly is_available: boolean;
}

/** The place of a slot in a list by start and id. */
export interface SlotPosition {
  readonly startTime: InstantText;
  readonly slotId: Id;
}

/** Which slots to list. `listSlots` applies it in SQL, `Timetable.available` in memory; both must agree. */
export interface SlotFilter {
  readonly providerId?: Id | undefined;
  /** Only slots that start at or after this moment. */
  readonly from?: InstantText | undefined;
  /** Only slots that start before this moment. */
  readonly to?: InstantText | undefined;
  /** Only slots that have a free unit and have not begun. */
  readonly onlyAvailable?: boolean;
  /** Only slots after this position. */
  readonly after?: SlotPosition | undefined;
  readonly limit: number;
}

/**
 * An expired hold no longer counts, whether or not it is marked as expired. Until it is, `slot.claimed` includes its
 * units, so they are added to the free ones here. The version is the one that the slot has after the marking.
 */
const AVAILABLE_SLOT = sql`
  select s.id as slot_id, s.provider_id, s.starts_at as start_time, s.ends_at as end_time, s.capacity,
         s.version + expired.holds as version, ${priceColumn('s')}, free.units as remaining,
         free.units > 0 as is_available
    from (select holdfast_clock() as now) clock
   cross join slot s
   cross join lateral (
     select coalesce(sum(r.quantity), 0)::integer as units, count(*)::integer as holds from reservation r
      where r.slot_id = s.id and r.status = 'held' and r.expires_at <= clock.now) expired
   cross join lateral (
     select case when s.closed_at is not null then 0 else s.capacity - s.claimed + expired.units end as units) free`;

/** Slots that match a filter, by start and id. */
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

/** Slots by id, in the order of their start. Unknown ids are left out. */
export async function readSlots(reader: Reader, slotIds: readonly Id[]): Promise<AvailableSlot[]> {
  const { rows } = await sql<AvailableSlot>`
    ${AVAILABLE_SLOT} where s.id = any(${slotIds}::bigint[]) order by s.starts_at, s.id`.execute(reader);
  return rows;
}

/** @throws NotFound */
export async function readSlot(reader: Reader, slotId: Id): Promise<AvailableSlot> {
  const [slot] = await readSlots(reader, [slotId]);
  if (!slot) throw new NotFound('slot', slotId);
  return slot;
}

/** Providers' slots by id, each with its provider, in the order of their start. Suppliers' slots are left out. */
export async function readSlotsWithProviders(
  reader: Reader,
  slotIds: readonly Id[],
): Promise<{ slot: AvailableSlot; provider: Provider }[]> {
  const slots = await readSlots(reader, slotIds);
  const providerIds = slots.flatMap((slot) => slot.provider_id ?? []);
  const providers = await readProvidersById(reader, providerIds);
  return slots.flatMap((slot) => {
    const provider = slot.provider_id === null ? undefined : providers.get(slot.provider_id);
    return provider ? [{ slot, provider }] : [];
  });
}
