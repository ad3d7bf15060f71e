import { sql } from 'kysely';
import type { HoldfastClient } from '../../../client/index.ts';
import type { Reader } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';
import { until } from '../server/until.ts';

/** A listener of the event stream that notes when the end of each hold arrives. */
export interface AnnouncedEnds extends AsyncDisposable {
  /** The times at which the end of a hold arrived, by `Date.now()`. */
  timesOf(reservation: Id): readonly number[];
  /** Whether an event arrived that lists nothing. */
  readonly hasBulk: boolean;
  /** Resolves when the end of each of these holds has arrived. */
  untilEnded(reservations: readonly Id[], withinMs?: number): Promise<void>;
  /** Resolves when the event of a new hold has arrived: everything announced before it has arrived, too. */
  untilHeld(reservation: Id): Promise<void>;
}

export async function listenToEnds(client: HoldfastClient): Promise<AnnouncedEnds> {
  const stopped = new AbortController();
  const times = new Map<Id, number[]>();
  const held = new Set<Id>();
  let hasBulk = false;
  const events = client.events({ topics: ['reservations'], signal: stopped.signal });
  if ((await events.next()).value?.type !== 'ready') throw new Error('the stream did not begin');
  const reading = (async () => {
    for await (const { type, data } of events) {
      if (type === 'many') hasBulk = true;
      if (type !== 'reservation') continue;
      const { reservation_id, status } = data;
      if (status === 'held') held.add(reservation_id);
      if (status === 'expired') times.set(reservation_id, [...(times.get(reservation_id) ?? []), Date.now()]);
    }
  })();
  const timesOf = (reservation: Id) => times.get(reservation) ?? [];
  return {
    timesOf,
    get hasBulk() {
      return hasBulk;
    },
    untilEnded: (reservations, withinMs) =>
      until('the end of each hold arrives', () => reservations.every((each) => timesOf(each).length > 0), withinMs),
    untilHeld: (reservation) => until('the event of the hold arrives', () => held.has(reservation)),
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await reading;
    },
  };
}

/** Times from the `expires_at` of holds until their end arrived, in milliseconds. The database's clock must be this machine's. */
export async function delaysOf(reader: Reader, ends: AnnouncedEnds, reservations: readonly Id[]): Promise<number[]> {
  const { rows } = await sql<{ id: Id; ms: number }>`
    select id, (extract(epoch from expires_at) * 1000)::double precision as ms
      from reservation where id = any (${reservations}::bigint[])`.execute(reader);
  return rows.map(({ id, ms }) => (ends.timesOf(id)[0] ?? Number.POSITIVE_INFINITY) - ms);
}
