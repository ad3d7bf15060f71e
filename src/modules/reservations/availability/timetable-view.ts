import { type RawBuilder, sql } from 'kysely';
import type { Freshness, View } from '../../../freshness/index.ts';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { type HoldPairs, priceColumn, toHolds } from '../../inventory/index.ts';
import { Timetable, type TimetableProvider, type TimetableSlot } from './timetable.ts';

/** Maximum age of a timetable. The change feed keeps timetables current; this bounds the harm if it misses a change. */
const MAX_AGE_MS = 60_000;
const MAX_BYTES = 128 * 1024 * 1024;
/** Approximate memory of one slot. */
const SLOT_BYTES = 700;

/** Timetables by provider id. The timetable of an unknown provider is `undefined`. */
export type TimetableView = View<Id, Timetable>;

/**
 * Creates the view of providers' timetables: kept in memory, and patched slot by slot as claims begin and end.
 *
 * @param minNoticeMs how far ahead a slot must start to be listed on the fixed path
 */
export function createTimetableView(freshness: Freshness, database: Database, minNoticeMs: number): TimetableView {
  const view = freshness.view<Id, Timetable>(
    {
      name: 'availability',
      keyOf: String,
      maxAgeMs: MAX_AGE_MS,
      sizeOf: (timetable) => timetable.size * SLOT_BYTES,
      load: (providerId) => database.read((reader) => readTimetable(reader, providerId, minNoticeMs)),
      async patch(timetable, slotIds) {
        timetable.update(await database.read((reader) => readTimetableSlots(reader, slotIds.map(Number))));
      },
    },
    MAX_BYTES,
  );
  const invalidateAll = (providerIds: readonly string[]) => {
    for (const providerId of providerIds) view.invalidate(providerId);
  };
  freshness.listen(view, {
    calendar: invalidateAll,
    provider: invalidateAll,
    claim: (keys) => {
      for (const key of keys) {
        const [providerId = '', slotId = ''] = key.split(':');
        view.invalidatePart(providerId, slotId);
      }
    },
  });
  return view;
}

async function readTimetable(reader: Reader, providerId: Id, minNoticeMs: number): Promise<Timetable | undefined> {
  const { rows } = await sql<TimetableProvider>`
    select id as provider_id, first_name, last_name, time_zone from provider where id = ${providerId}`.execute(reader);
  const provider = rows[0];
  if (!provider) return undefined;
  const isOpen = sql`s.provider_id = ${providerId} and s.closed_at is null and s.starts_at >= holdfast_clock()`;
  return new Timetable(provider, await readOpenSlots(reader, isOpen), minNoticeMs);
}

function readTimetableSlots(reader: Reader, slotIds: readonly Id[]): Promise<TimetableSlot[]> {
  return readOpenSlots(reader, sql`s.id = any(${slotIds}::bigint[])`);
}

interface SlotRow extends Omit<TimetableSlot, 'holds'> {
  readonly holds: HoldPairs | null;
}

/** An SQL expression for the holds on `slot s`, as `HoldPairs`. */
export const SLOT_HOLDS = sql`
  (select json_agg(json_build_array(extract(epoch from r.expires_at) * 1000, r.quantity))
     from reservation r where r.slot_id = s.id and r.status = 'held')`;

async function readOpenSlots(reader: Reader, condition: RawBuilder<unknown>): Promise<TimetableSlot[]> {
  const { rows } = await sql<SlotRow>`
    select s.id as slot_id, s.starts_at as start_time, s.ends_at as end_time, s.capacity, s.version, ${priceColumn('s')},
           (extract(epoch from s.starts_at) * 1000)::double precision as "startMs", s.capacity - s.claimed as free,
           ${SLOT_HOLDS} as holds
      from slot s where ${condition} order by s.starts_at, s.id`.execute(reader);
  return rows.map(({ holds, ...slot }) => ({ ...slot, holds: toHolds(holds) }));
}
