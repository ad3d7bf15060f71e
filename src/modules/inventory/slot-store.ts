import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../access/index.ts';
import { type Tx, toJsonb } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import type { Price } from './price.ts';
import type { Slot, Span } from './slot.ts';
import { SlotsOverlap } from './slot-failures.ts';

/** A slot whose row this transaction has locked: its fields stay true until the transaction ends. */
export interface LockedSlot extends Slot {
  readonly claimed: number;
  readonly closed: boolean;
}

/**
 * The column `price` of a row with `price_amount` and `price_currency`, given the row's alias. The amount is text,
 * because a JSON number would become a floating-point number.
 */
export function priceColumn(alias: string): RawBuilder<unknown> {
  const amount = sql.ref(`${alias}.price_amount`);
  return sql`
    case when ${amount} is not null then
      json_build_object('amount', trim_scale(${amount})::text, 'currency', ${sql.ref(`${alias}.price_currency`)})
    end as price`;
}

const SLOT = sql`
  s.id as slot_id, s.provider_id, s.starts_at as start_time, s.ends_at as end_time, s.capacity, s.version, ${priceColumn('s')}`;

/**
 * Locks slots and reads them. Unknown ids are left out. Rows are locked in id order, so that no two transactions
 * deadlock.
 */
export async function lockSlots(tx: Tx, slotIds: readonly Id[]): Promise<Map<Id, LockedSlot>> {
  await sql`select from slot where id = any(${slotIds}::bigint[]) order by id for no key update`.execute(tx);
  // In a second statement, because the snapshot of the first is from before its wait for the locks.
  return readLockedSlots(tx, slotIds);
}

/** Reads slots again that this transaction has locked, after it has changed the claims on them. */
export async function readLockedSlots(tx: Tx, slotIds: readonly Id[]): Promise<Map<Id, LockedSlot>> {
  const { rows } = await sql<LockedSlot>`
    select ${SLOT}, s.claimed, s.closed_at is not null as closed
      from slot s where s.id = any(${slotIds}::bigint[])`.execute(tx);
  return new Map(rows.map((row) => [row.slot_id, row]));
}

/** The terms that all slots of one offer share. */
export interface SlotTerms {
  readonly capacity: number;
  readonly price: Price | null;
}

/**
 * Offers time as slots. An existing slot with the same times, capacity and price is kept, and opened again if it was
 * closed while it had a live claim. Any other overlap is refused, by the constraint `slot_never_overlaps`.
 *
 * The price is part of the comparison because it must not change under a hold. To change it, withdraw the time first.
 *
 * @returns the ids of all offered slots, new and kept
 * @throws SlotsOverlap
 */
export async function offerSlots(
  tx: Tx,
  providerId: Id,
  spans: readonly Span[],
  { capacity, price }: SlotTerms,
  actor: Actor | null,
): Promise<Id[]> {
  const starts = spans.map(({ startMs }) => new Date(startMs).toISOString());
  const ends = spans.map(({ endMs }) => new Date(endMs).toISOString());
  const offered = sql`unnest(${starts}::timestamptz[], ${ends}::timestamptz[]) as offered (starts_at, ends_at)`;
  const kept = await sql<{ id: Id; terms_differ: boolean }>`
    update slot
       set closed_at = null, version = version + (closed_at is not null)::integer,
           changed_by = case when closed_at is null then changed_by else ${toJsonb(actor)} end
      from ${offered}
     where slot.provider_id = ${providerId} and slot.starts_at = offered.starts_at and slot.ends_at = offered.ends_at
       and (slot.closed_at is null or slot.claimed > 0)
    returning slot.id, (slot.capacity, slot.price_amount, slot.price_currency) is distinct from
      (${capacity}::integer, ${price?.amount ?? null}::numeric, ${price?.currency ?? null}::text) as terms_differ`.execute(
    tx,
  );
  if (kept.rows.some((row) => row.terms_differ)) throw new SlotsOverlap();
  const added = await sql<{ id: Id }>`
    insert into slot (provider_id, starts_at, ends_at, capacity, price_amount, price_currency, changed_by)
    select ${providerId}, offered.starts_at, offered.ends_at, ${capacity}, ${price?.amount ?? null},
           ${price?.currency ?? null}, ${toJsonb(actor)}
      from ${offered}
     where not exists (select from slot
                        where slot.provider_id = ${providerId} and slot.starts_at = offered.starts_at
                          and slot.ends_at = offered.ends_at and (slot.closed_at is null or slot.claimed > 0))
     order by offered.starts_at
    returning id`.execute(tx);
  return [...kept.rows, ...added.rows].map((row) => row.id);
}

/** Locks a provider's slots that touch a span, in id order. Closed slots without a claim are left out. */
export async function lockSlotsOfProvider(tx: Tx, providerId: Id, span: Span): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select id from slot
     where provider_id = ${providerId} and (closed_at is null or claimed > 0)
       and starts_at < ${new Date(span.endMs).toISOString()}::timestamptz
       and ends_at > ${new Date(span.startMs).toISOString()}::timestamptz
     order by id for no key update`.execute(tx);
  return rows.map((row) => row.id);
}

/** Closes slots to new claims. Existing claims stay. */
export async function closeSlots(tx: Tx, slotIds: readonly Id[], actor: Actor | null): Promise<void> {
  await sql`
    update slot set closed_at = holdfast_clock(), version = version + 1, changed_by = ${toJsonb(actor)}
     where id = any(${slotIds}::bigint[]) and closed_at is null`.execute(tx);
}
