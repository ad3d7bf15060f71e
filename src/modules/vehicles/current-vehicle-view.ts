import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type { Vehicle } from './vehicle-store.ts';

/** A vehicle in its present state. Both are `null` before the first log. */
export interface CurrentVehicle extends Vehicle {
  readonly state: string | null;
  readonly since: InstantText | null;
}

/** Reads vehicles in their present states. The clock is read once: in the condition it would keep the index from use. */
function selectCurrent(condition: RawBuilder<unknown>): RawBuilder<CurrentVehicle> {
  return sql<CurrentVehicle>`
    with clock as materialized (select holdfast_clock() as now)
    select v.id, v.make, v.model, log.state, log.at as since
      from clock cross join vehicle v
      left join lateral (
        select state, at from state_log where vehicle_id = v.id and at <= clock.now
         order by at desc, sequence desc limit 1
      ) log on true
     where ${condition}`;
}

/** Up to `limit` vehicles with ids above `afterId`, by id. */
export async function listCurrentVehicles(reader: Reader, afterId: Id | 0, limit: number): Promise<CurrentVehicle[]> {
  const { rows } = await selectCurrent(sql`v.id > ${afterId} order by v.id limit ${limit}`).execute(reader);
  return rows;
}

/** @throws NotFound */
export async function readCurrentVehicle(reader: Reader, id: Id): Promise<CurrentVehicle> {
  const { rows } = await selectCurrent(sql`v.id = ${id}`).execute(reader);
  const [vehicle] = rows;
  if (!vehicle) throw new NotFound('vehicle', id);
  return vehicle;
}
