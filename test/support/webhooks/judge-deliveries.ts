import { sql } from 'kysely';
import type { Reader } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';
import type { Received } from './receiver.ts';

/** The changes of each reservation in the order in which they happened, each as the text of `describe`. */
export type Histories = ReadonlyMap<Id, readonly string[]>;

interface Entry {
  readonly reservation_id: Id;
  readonly type: string;
  readonly atUs: string;
  readonly slot_id: Id;
  readonly quantity: number;
  /** As answers show it, without the fraction. */
  readonly expiresS: number;
}

/** Reads the histories. The types are derived from them alone, because a trigger that loses an event may also misname it. */
export async function readHistories(reader: Reader): Promise<Histories> {
  const { rows } = await sql<Entry>`
    select reservation_id, slot_id, quantity, (extract(epoch from at) * 1000000)::bigint::text as "atUs",
           floor(extract(epoch from expires_at))::double precision as "expiresS",
           'reservation.' || case when lag(status) over own is distinct from status then status
                                  when lag(slot_id) over own <> slot_id then 'rescheduled'
                                  when lag(expires_at) over own < expires_at then 'extended'
                                  else 'changed' end as type
      from reservation_event window own as (partition by reservation_id order by id) order by id`.execute(reader);
  const histories = new Map<Id, string[]>();
  for (const row of rows) {
    const history = histories.get(row.reservation_id) ?? [];
    histories.set(row.reservation_id, [...history, describe(row)]);
  }
  return histories;
}

function describe({ type, atUs, slot_id, quantity, expiresS }: Omit<Entry, 'reservation_id'>): string {
  return `${type} at ${atUs}: ${quantity} of slot ${slot_id} until ${expiresS}`;
}

/** The same text for an event, from its body. */
function describeReceived({ body }: Received): { readonly reservation: Id; readonly change: string } {
  const { type, timestamp, data } = JSON.parse(body);
  const { slot_id, quantity, expires_at, reservation_id } = data;
  const atUs = String(Temporal.Instant.from(timestamp).epochNanoseconds / 1_000n);
  return {
    reservation: reservation_id,
    change: describe({ type, atUs, slot_id, quantity, expiresS: Date.parse(expires_at) / 1_000 }),
  };
}

export interface Judgement {
  /** Changes whose event no one has accepted. */
  readonly missing: readonly string[];
  /** Accepted events that are no change, or the same change again under another id. */
  readonly unexpected: readonly string[];
  /** Reservations whose events were first accepted in another order than they happened. */
  readonly disordered: readonly string[];
  /** Events that were sent with different bodies. */
  readonly altered: readonly string[];
}

export const FLAWLESS: Judgement = { missing: [], unexpected: [], disordered: [], altered: [] };

/** Compares the requests that a receiver of all events got with what happened. */
export function judgeDeliveries(histories: Histories, received: readonly Received[]): Judgement {
  const bodies = new Map<string, string>();
  const altered = new Set<string>();
  const firsts = new Map<Id, string[]>();
  const accepted = new Set<string>();
  for (const each of received) {
    if ((bodies.get(each.eventId) ?? each.body) !== each.body) altered.add(each.eventId);
    bodies.set(each.eventId, each.body);
    if (each.answered < 200 || each.answered > 299 || accepted.has(each.eventId)) continue;
    accepted.add(each.eventId);
    const { reservation, change } = describeReceived(each);
    firsts.set(reservation, [...(firsts.get(reservation) ?? []), change]);
  }
  const missing: string[] = [];
  const unexpected: string[] = [];
  const disordered: string[] = [];
  for (const id of new Set([...histories.keys(), ...firsts.keys()])) {
    const happened = histories.get(id) ?? [];
    const arrived = firsts.get(id) ?? [];
    const label = (change: string) => `reservation ${id}: ${change}`;
    missing.push(...without(happened, arrived).map(label));
    unexpected.push(...without(arrived, happened).map(label));
    const common = arrived.filter((change) => happened.includes(change));
    const inOrder = common.toSorted((a, b) => happened.indexOf(a) - happened.indexOf(b));
    if (common.some((change, at) => change !== inOrder[at])) disordered.push(label(common.join(', ')));
  }
  return { missing, unexpected, disordered, altered: [...altered] };
}

/** The members of a list that are left when each member of another has removed one equal to it. */
function without(list: readonly string[], removed: readonly string[]): string[] {
  const left = [...list];
  for (const each of removed) {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
