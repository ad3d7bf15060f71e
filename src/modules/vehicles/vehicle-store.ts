import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type {} from './vehicle-tables.ts';

export interface NewVehicle {
  readonly make: string;
  readonly model: string;
}

export interface Vehicle extends NewVehicle {
  readonly id: Id;
}

/** One dated change of state. */
export interface StateLog {
  readonly state: string;
  readonly timestamp: InstantText;
}

export function insertVehicle(tx: Tx, { make, model }: NewVehicle): Promise<Vehicle> {
  return tx.insertInto('vehicle').values({ make, model }).returning(['id', 'make', 'model']).executeTakeFirstOrThrow();
}

/** @param timestamp defaults to now, by the database's clock */
export async function insertStateLog(
  tx: Tx,
  vehicleId: Id,
  state: string,
  timestamp: InstantText | undefined,
): Promise<StateLog> {
  const { rows } = await sql<StateLog>`
    insert into state_log (vehicle_id, at, state)
    select id, coalesce(${timestamp ?? null}::timestamptz, holdfast_clock()), ${state} from vehicle where id = ${vehicleId}
    returning state, at as timestamp`.execute(tx);
  const log = rows[0];
  if (!log) throw new NotFound('vehicle', vehicleId);
  return log;
}
