import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { type Freshness, type Served, setAgeHeaders, type View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { Database, Reader } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { CachedVehicle } from './cached-vehicle.ts';
import type { Timeline } from './timeline.ts';

/**
 * Vehicles with their timelines, keyed by the digits of their ids. One entry per vehicle serves every moment; an entry
 * per vehicle and moment would hardly ever be hit.
 */
export type VehicleView = View<string, CachedVehicle>;

const MAX_BYTES = 256 * 1024 * 1024;
/** Vehicles per statement, concurrent statements, and vehicles that may wait for one. */
const LOADS = { maxBatchSize: 64, maxConcurrent: 4, maxWaiting: 8_192 } as const;

/**
 * Clients must revalidate: another program may change a vehicle at any time, and the next answer says
 * `fromCache: true`. A copy kept for its bound would show neither.
 */
export const REUSE = 'revalidate';

/** Returns the vehicle of an answer. If there is none, sets the age headers and throws `NotFound`. */
export function requireVehicle(reply: FastifyReply, served: Served<CachedVehicle>, id: Id): CachedVehicle {
  if (served.value) return served.value;
  setAgeHeaders(reply, served, REUSE);
  throw new NotFound('vehicle', id);
}

export function createVehicleView(freshness: Freshness, database: Database, maxAgeMs: number): VehicleView {
  const batcher = new Batcher(LOADS);
  const load = batcher.open<Id, CachedVehicle | undefined>({
    name: 'load a vehicle',
    maxWaiting: LOADS.maxWaiting,
    run: async (ids) => {
      const vehicles = await database.read((reader) => readVehicles(reader, ids));
      return ids.map((id) => vehicles.get(id));
    },
  });
  const view = freshness.view<string, CachedVehicle>(
    {
      // Also names the encoding in Redis: another encoding needs another name.
      name: 'vehicle',
      maxAgeMs,
      keyOf: (digits) => digits,
      load: (digits) => load(Number(digits)),
      sizeOf: (vehicle) => vehicle.sizeBytes,
      codec: { encode, decode: (text) => new CachedVehicle(JSON.parse(text) as Timeline) },
    },
    MAX_BYTES,
  );
  freshness.listen(view, {
    vehicle(ids) {
      for (const id of ids) view.invalidate(id);
    },
  });
  return view;
}

function encode({ id, make, model, states, logs }: CachedVehicle): string {
  const timeline: Timeline = { id, make, model, states, logs };
  return JSON.stringify(timeline);
}

interface Row {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
  /** Parallel arrays with one entry per log, in order. */
  readonly states: readonly string[] | null;
  readonly ms: readonly number[] | null;
  readonly micros: readonly number[] | null;
}

/** Vehicles with all their logs, each consistent in itself. Unknown ids are absent. */
async function readVehicles(reader: Reader, ids: readonly Id[]): Promise<Map<Id, CachedVehicle>> {
  // JSON arrays are parsed natively in one pass; rows would be split into fields in JavaScript.
  const { rows } = await sql<Row>`
    select v.id, v.make, v.model, logs.states, logs.ms, logs.micros
      from vehicle v
      left join lateral (
        select json_agg(ordered.state) as states,
               json_agg(floor(extract(epoch from ordered.at) * 1000)) as ms,
               json_agg(mod(extract(microseconds from ordered.at)::bigint, 1000)) as micros
          from (select state, at from state_log where vehicle_id = v.id order by at, sequence) ordered
      ) logs on true
     where v.id = any(${ids}::bigint[])`.execute(reader);
  return new Map(rows.map((row) => [row.id, new CachedVehicle(toTimeline(row))]));
}

function toTimeline({ id, make, model, states: all, ms, micros }: Row): Timeline {
  const places = new Map<string, number>();
  const logs: number[] = [];
  all?.forEach((state, log) => {
    const place = places.get(state) ?? places.size;
    places.set(state, place);
    logs.push(ms?.[log] as number, micros?.[log] as number, place);
  });
  return { id, make, model, states: [...places.keys()], logs };
}
