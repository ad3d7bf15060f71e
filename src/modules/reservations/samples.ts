import { type Database, readClock, type Tx } from '../../platform/db/database.ts';
import { offerAvailability } from './availability/offer-availability.ts';
import { writtenRange } from './availability/plan/written-range.ts';
import { insertClient } from './people/client-store.ts';
import { insertProvider, listProviders } from './people/provider-store.ts';

const PROVIDERS = [
  { first_name: 'Jake', last_name: 'Black', time_zone: 'UTC' },
  { first_name: 'Jane', last_name: 'Doe', time_zone: 'UTC' },
] as const;
const CLIENTS = [
  { first_name: 'Harry', last_name: 'Smith' },
  { first_name: 'John', last_name: 'Bird' },
] as const;
const DAYS = 14;

/**
 * Loads two clients, and two providers with two weeks of time from 09:00 to 17:00, into a database without providers.
 *
 * @returns whether it loaded them
 */
export async function loadSamples(database: Database, slotLengthMs: number): Promise<boolean> {
  return database.transaction(async (tx) => {
    if ((await listProviders(tx, 0, 1)).length > 0) return false;
    for (const client of CLIENTS) await insertClient(tx, client);
    for (const provider of PROVIDERS) await offerTwoWeeks(tx, provider, slotLengthMs);
    return true;
  });
}

async function offerTwoWeeks(tx: Tx, provider: (typeof PROVIDERS)[number], slotLengthMs: number): Promise<void> {
  const { provider_id } = await insertProvider(tx, provider);
  const today = Temporal.Instant.from(await readClock(tx))
    .toZonedDateTimeISO(provider.time_zone)
    .toPlainDate();
  const ranges = Array.from({ length: DAYS }, (_, day) => {
    const date = today.add({ days: day + 1 }).toString();
    return writtenRange('range', '', { start_time: `${date}T09:00`, end_time: endOfDay(date, slotLengthMs) });
  });
  const offer = { ranges, breaks: [], slotLengthMs, capacity: 1, price: null };
  await offerAvailability(tx, provider_id, offer, null);
}

/** The end of the last whole slot within eight hours. */
function endOfDay(date: string, slotLengthMs: number): string {
  const count = Math.floor((8 * 3_600_000) / slotLengthMs);
  return Temporal.PlainDateTime.from(`${date}T09:00`)
    .add({ milliseconds: count * slotLengthMs })
    .toString();
}
