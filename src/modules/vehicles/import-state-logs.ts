import { sql } from 'kysely';
import type { CsvFault, CsvRow } from '../../platform/csv.ts';
import type { Tx } from '../../platform/db/database.ts';
import { type Id, parseId } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/instant.ts';
import { readMoment, textOfMoment } from '../../platform/moment.ts';
import { beginStaging, ImportRefused, inChunks, MOST_FAULTS, stageRows } from '../../platform/staging.ts';
import { isWrittenText, saysWrittenText } from '../../platform/written-text.ts';
import { type Imported, NOT_UTF8 } from './import-vehicles.ts';
import { MAX_STATE_LENGTH } from './vehicle-schemas.ts';

/** The columns of a file of state logs. */
export const STATE_LOG_COLUMNS = ['vehicle_id', 'state', 'timestamp'] as const;

interface StateLogRow {
  readonly line: number;
  readonly vehicleId: Id;
  readonly state: string;
  readonly at: InstantText;
}

/**
 * Adds state logs, all of them or none, in the order of the file: of two at one instant the later line holds. A log
 * that was here before the file, of the same vehicle, instant and state, is not added again.
 */
export async function importStateLogs(tx: Tx, rows: AsyncIterable<CsvRow | CsvFault>): Promise<Imported> {
  await beginStaging(tx);
  await sql`
    create temp table imported_log (line bigint primary key, vehicle_id bigint, at timestamptz, state text)
        on commit drop`.execute(tx);
  const staged = await stageRows(rows, readStateLogRow, (batch) => stage(tx, batch));
  await refuseUnknownVehicles(tx);
  const added = await inChunks(staged.lastLine, async (from, to) => {
    const { numAffectedRows } = await sql`
      insert into state_log (vehicle_id, at, state)
      select vehicle_id, at, state from imported_log where line > ${from} and line <= ${to} order by line`.execute(tx);
    return Number(numAffectedRows ?? 0);
  });
  return { rows: staged.rows, added };
}

function readStateLogRow({ line, fields }: CsvRow): StateLogRow | string {
  const { vehicle_id: digits = '', state = '', timestamp = '' } = fields;
  const vehicleId = parseId(digits);
  if (vehicleId === undefined) return `vehicle_id ${JSON.stringify(digits)} is not a whole number from 1 to 2^53-1`;
  if (!isWrittenText(state, MAX_STATE_LENGTH) || state.includes(NOT_UTF8)) {
    return `state ${saysWrittenText(MAX_STATE_LENGTH)}`;
  }
  const moment = readMoment(timestamp);
  if (!moment) return `timestamp ${JSON.stringify(timestamp)} is not a time such as 2026-12-30T10:00:00Z`;
  return { line, vehicleId, state, at: textOfMoment(moment) };
}

/** Leaves out what was here before. Nothing of the file is in `state_log` yet, so its own repetitions stay. */
async function stage(tx: Tx, batch: readonly StateLogRow[]): Promise<void> {
  await sql`
    insert into imported_log
    select * from unnest(${batch.map((row) => row.line)}::bigint[], ${batch.map((row) => row.vehicleId)}::bigint[],
                         ${batch.map((row) => row.at)}::timestamptz[], ${batch.map((row) => row.state)}::text[])
               as row (line, vehicle_id, at, state)
     where not exists (select from state_log l
                        where l.vehicle_id = row.vehicle_id and l.at = row.at and l.state = row.state)`.execute(tx);
}

async function refuseUnknownVehicles(tx: Tx): Promise<void> {
  const { rows } = await sql<{ line: number; vehicle_id: Id; count: number }>`
    select line, vehicle_id, count(*) over () as count
      from imported_log i where not exists (select from vehicle v where v.id = i.vehicle_id)
     order by line limit ${MOST_FAULTS}`.execute(tx);
  const faults = rows.map(({ line, vehicle_id }) => ({ line, fault: `there is no vehicle ${vehicle_id}` }));
  if (rows[0]) throw new ImportRefused(faults, rows[0].count);
}
