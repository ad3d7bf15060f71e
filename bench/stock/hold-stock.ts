import { countReservations } from './bench-database.ts';

/** The data that holds are measured on: so many slots that callers seldom want the same, and units that never run out. */
export const SLOTS = 100_000;
export const CLIENTS = 10_000;
const PROVIDERS = 100;

/**
 * Only filled tables are analyzed. If an empty one were, the planner would expect it to stay empty and scan it
 * sequentially.
 */
export const HOLD_STOCK = `
  insert into provider (first_name, last_name) select 'Provider', n::text from generate_series(1, ${PROVIDERS}) n;
  insert into client (first_name, last_name) select 'Client', n::text from generate_series(1, ${CLIENTS}) n;
  insert into slot (provider_id, starts_at, ends_at, capacity)
    select p, first_day + n * interval '15 minutes', first_day + (n + 1) * interval '15 minutes', 1000000
      from generate_series(1, ${PROVIDERS}) p, generate_series(0, ${SLOTS / PROVIDERS - 1}) n,
           (select date_trunc('day', now()) + interval '2 days' as first_day) calendar;
  analyze provider, client, slot`;

/** The body of a random hold on the fixed path. */
export function randomHold(): string {
  const client = 1 + Math.floor(Math.random() * CLIENTS);
  const slot = 1 + Math.floor(Math.random() * SLOTS);
  return `{"client_id":${client},"timeslot_id":${slot}}`;
}

/** A note for the report: both sides send the same requests. */
export const HOLD_STOCK_NOTE = `every hold: one of ${SLOTS.toLocaleString('en')} slots of capacity 1,000,000 and one of ${CLIENTS.toLocaleString('en')} clients, both picked evenly at random; each side of each round starts on a fresh copy of one database`;

/** Requires that the database has one reservation for each acknowledged hold. */
export async function verifyHolds(url: string, acknowledged: number): Promise<void> {
  const rows = await countReservations(url);
  if (rows !== acknowledged) throw new Error(`${acknowledged} holds were acknowledged, and ${rows} are stored`);
}
