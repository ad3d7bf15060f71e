import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import type { Price } from './price.ts';
import type { Slot, Span } from './slot.ts';
import { SlotsOverlap } from './slot-failures.ts';

/** A slot whose row this transaction has locked: what it says stays true until the transaction ends. */
export interface LockedSlot extends Slot {
  readonly claimed: number;
  readonly closed: boolean;
}

/**
 * The column `price` of what has an amount and a currency, under its alias. The amount comes as text: a JSON number
 * would be a floating one.
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

/** Locks slots in id order, so that no two transactions wait for each other in a ring. Unknown ids are left out. */
export async function lockSlots(tx: Tx, slotIds: readonly Id[]): Promise<Map<Id, LockedSlot>> {
  await sql`select from slot where id = any(${slotIds}::bigint[]) order by id for no key update`.execute(tx);
  // A second statement: the first one's snapshot is from before it waited.
  return readLockedSlots(tx, slotIds);
}

/** Reads again what this transaction has locked, after it has changed the claims on it. */
export async function readLockedSlots(tx: Tx, slotIds: readonly Id[]): Promise<Map<Id, LockedSlot>> {
  const { rows } = await sql<LockedSlot>`
    select ${SLOT}, s.claimed, s.closed_at is not null as closed
      from slot s where s.id = any(${slotIds}::bigint[])`.execute(tx);
  return new Map(rows.map((row) => [row.slot_id, row]));
}

/** What is the same for every slot of an offer. */
export interface SlotTerms {
  readonly capacity: number;
  readonly price: Price | null;
}

/**
 * Offers time. A slot of the very same shape that is there already is kept (and opened again if it was closed
 * while somebody still had a claim on it); any other overlap is refused, by the table's own constraint.
 *
 * The price belongs to the shape: it never changes under a hold. Who wants another one takes the time back first.
 *
 * @returns the ids of all slots asked for, new and kept
 */
export async function offerSlots(
  tx: Tx,
  providerId: Id,
  spans: readonly Span[],
  { capacity, price }: SlotTerms,
): Promise<Id[]> {
  const starts = spans.map(({ startMs }) => new Date(startMs).toISOString());
  const ends = spans.map(({ endMs }) => new Date(endMs).toISOString());
  const asked = sql`unnest(${starts}::timestamptz[], ${ends}::timestamptz[]) as asked (starts_at, ends_at)`;
  const kept = await sql<{ id: Id; shape_differs: boolean }>`
    update slot set closed_at = null, version = version + (closed_at is not null)::integer
      from ${asked}
     where slot.provider_id = ${providerId} and slot.starts_at = asked.starts_at and slot.ends_at = asked.ends_at
       and (slot.closed_at is null or slot.claimed > 0)
    returning slot.id, (slot.capacity, slot.price_amount, slot.price_currency) is distinct from
      (${capacity}::integer, ${price?.amount ?? null}::numeric, ${price?.currency ?? null}::text) as shape_differs`.execute(
    tx,
  );
  if (kept.rows.some((row) => row.shape_differs)) throw new SlotsOverlap();
  const added = await sql<{ id: Id }>`
    insert into slot (provider_id, starts_at, ends_at, capacity, price_amount, price_currency)
    select ${providerId}, asked.starts_at, asked.ends_at, ${capacity}, ${price?.amount ?? null}, ${price?.currency ?? null}
      from ${asked}
     where not exists (select from slot
                        where slot.provider_id = ${providerId} and slot.starts_at = asked.starts_at
                          and slot.ends_at = asked.ends_at and (slot.closed_at is null or slot.claimed > 0))
     order by asked.starts_at
    returning id`.execute(tx);
  return [...kept.rows, ...added.rows].map((row) => row.id);
}

/** Locks, in id order, a provider's slots that touch a span. */
export async function lockSlotsOfProvider(tx: Tx, providerId: Id, span: Span): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`
    select id from slot
     where provider_id = ${providerId} and (closed_at is null or claimed > 0)
       and starts_at < ${new Date(span.endMs).toISOString()}::timestamptz
       and ends_at > ${new Date(span.startMs).toISOString()}::timestamptz
     order by id for no key update`.execute(tx);
  return rows.map((row) => row.id);
}

/** Closes slots to new claims; those there are stay. */
export async function closeSlots(tx: Tx, slotIds: readonly Id[]): Promise<void> {
  await sql`
    update slot set closed_at = holdfast_clock(), version = version + 1
     where id = any(${slotIds}::bigint[]) and closed_at is null`.execute(tx);
}
