import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { CsvRow } from '../../../platform/import/csv-rows.ts';
import {
  beginStaging,
  FileRefused,
  inChunks,
  MAX_LISTED_FAULTS,
  type Staged,
  type StagingProgress,
  stageValidRows,
} from '../../../platform/import/staging.ts';
import type { Imported } from './import-vehicles.ts';
import { readStateLogRow, type StateLogRow } from './vehicle-rows.ts';

/**
 * Imports the state logs of a file, all or none, in the sequence of the file: of two logs at one instant the later line
 * counts. A log with the same vehicle, instant and state as an existing log is skipped, so that a second import of the
 * same file does nothing.
 *
 * @throws FileRefused, FileUnreadable
 */
export async function importStateLogs(
  tx: Tx,
  rows: AsyncIterable<CsvRow>,
  onProgress?: (progress: StagingProgress) => void,
): Promise<Imported> {
  await beginStaging(tx);
  await sql`
    create temp table imported_log (line bigint primary key, vehicle_id bigint, at timestamptz, state text)
        on commit drop`.execute(tx);
  const staged = await stageValidRows(rows, {
    read: readStateLogRow,
    stage: (batch) => stage(tx, batch),
    onProgress,
  });
  await refuseUnknownVehicles(tx);
  const added = await inChunks(staged.lastLine, async (from, to) => {
    const { numAffectedRows } = await sql`
      insert into state_log (vehicle_id, at, state)
      select vehicle_id, at, state from imported_log where line > ${from} and line <= ${to} order by line`.execute(tx);
    return Number(numAffectedRows ?? 0);
  });
  return { rows: staged.rows, added };
}

/** Stages the logs that do not exist yet. A log that the file repeats stays: `state_log` has no row of the file yet. */
async function stage(tx: Tx, batch: readonly Staged<StateLogRow>[]): Promise<void> {
  await sql`
    insert into imported_log
    select * from unnest(${batch.map((row) => row.line)}::bigint[], ${batch.map((row) => row.vehicleId)}::bigint[],
                         ${batch.map((row) => row.at)}::timestamptz[], ${batch.map((row) => row.state)}::text[])
               as imported (line, vehicle_id, at, state)
     where not exists (select from state_log l
                        where (l.vehicle_id, l.at, l.state) = (imported.vehicle_id, imported.at, imported.state))`.execute(
    tx,
  );
}

async function refuseUnknownVehicles(tx: Tx): Promise<void> {
  const { rows } = await sql<{ line: number; vehicle_id: Id; count: number }>`
    select line, vehicle_id, count(*) over () as count
      from imported_log i where not exists (select from vehicle v where v.id = i.vehicle_id)
     order by line limit ${MAX_LISTED_FAULTS}`.execute(tx);
  const faults = rows.map(({ line, vehicle_id }) => ({ line, reason: `there is no vehicle ${vehicle_id}` }));
  if (rows[0]) throw new FileRefused(faults, rows[0].count);
}
