import { sql } from 'kysely';
import type { Freshness, View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { Database, Reader } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { KnownVehicle } from './known-vehicle.ts';
import type { Timeline } from './timeline.ts';

/**
 * What this process knows of vehicles, by the digits of their ids: one entry a vehicle, whatever moment is asked for.
 * An entry by vehicle and timestamp would hardly ever be found again.
 */
export type VehicleView = View<string, KnownVehicle>;

const MAX_BYTES = 256 * 1024 * 1024;
/** Vehicles loaded by one statement, statements at once, and vehicles that may wait for theirs. */
const LOADS = { maxBatchSize: 64, maxConcurrent: 4, maxWaiting: 8_192 } as const;

export function createVehicleView(freshness: Freshness, database: Database, maxAgeMs: number): VehicleView {
  const batcher = new Batcher(LOADS);
  const load = batcher.open<Id, KnownVehicle | undefined>({
    name: 'load a vehicle',
    maxWaiting: LOADS.maxWaiting,
    run: async (ids) => {
      const vehicles = await database.read((reader) => readVehicles(reader, ids));
      return ids.map((id) => vehicles.get(id));
    },
  });
  const view = freshness.view<string, KnownVehicle>(
    {
      // Names the shape of what the codec writes, too: another shape takes another name.
      name: 'vehicle',
      maxAgeMs,
      keyOf: (digits) => digits,
      load: (digits) => load(Number(digits)),
      sizeOf: (vehicle) => vehicle.sizeBytes,
      codec: { encode, decode: (text) => new KnownVehicle(JSON.parse(text) as Timeline) },
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

function encode({ id, make, model, states, logs }: KnownVehicle): string {
  const timeline: Timeline = { id, make, model, states, logs };
  return JSON.stringify(timeline);
}

interface Row {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
  /** One of each for each log, in order. */
  readonly states: readonly string[] | null;
  readonly ms: readonly number[] | null;
  readonly micros: readonly number[] | null;
}

/** Vehicles with all their logs, each from one moment of the database. Unknown ids are left out. */
async function readVehicles(reader: Reader, ids: readonly Id[]): Promise<Map<Id, KnownVehicle>> {
  // Arrays as JSON: one pass of the engine's own parser, where rows of text would be taken apart in JavaScript.
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
  return new Map(rows.map((row) => [row.id, new KnownVehicle(toTimeline(row))]));
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
