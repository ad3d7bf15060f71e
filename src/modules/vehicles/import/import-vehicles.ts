import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
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
import { readVehicleRow, type VehicleRow } from './vehicle-rows.ts';

export interface Imported {
  /** Rows of the file. */
  readonly rows: number;
  /** Rows that were not in the database before. */
  readonly added: number;
}

/**
 * Imports the vehicles of a file with the ids they have there, all or none. A vehicle that exists already with the same
 * make and model is skipped; with another make or model the file is refused.
 *
 * @throws FileRefused, FileUnreadable
 */
export async function importVehicles(
  tx: Tx,
  rows: AsyncIterable<CsvRow>,
  onProgress?: (progress: StagingProgress) => void,
): Promise<Imported> {
  await beginStaging(tx);
  await sql`
    create temp table imported_vehicle (line bigint primary key, id bigint, make text, model text)
        on commit drop`.execute(tx);
  const staged = await stageValidRows(rows, {
    read: readVehicleRow,
    stage: (batch) => stage(tx, batch),
    onProgress,
  });
  // Until the transaction ends no other program can take an id of the file, explicitly or from the sequence.
  await sql`lock table vehicle in share row exclusive mode`.execute(tx);
  await refuseConflictingVehicles(tx);
  const added = await inChunks(staged.lastLine, async (from, to) => {
    const { numAffectedRows } = await sql`
      insert into vehicle (id, make, model)
      select id, make, model from imported_vehicle where line > ${from} and line <= ${to} order by line
      on conflict (id) do nothing`.execute(tx);
    return Number(numAffectedRows ?? 0);
  });
  await advanceSequence(tx);
  return { rows: staged.rows, added };
}

async function stage(tx: Tx, batch: readonly Staged<VehicleRow>[]): Promise<void> {
  await sql`
    insert into imported_vehicle
    select * from unnest(${batch.map((row) => row.line)}::bigint[], ${batch.map((row) => row.id)}::bigint[],
                         ${batch.map((row) => row.make)}::text[], ${batch.map((row) => row.model)}::text[])`.execute(
    tx,
  );
}

/** Refuses rows whose make or model differs from the existing vehicle, or else from the first row of the same vehicle. */
async function refuseConflictingVehicles(tx: Tx): Promise<void> {
  const { rows } = await sql<VehicleRow & { line: number; count: number }>`
    select i.line, i.id, coalesce(v.make, i.first_make) as make, coalesce(v.model, i.first_model) as model,
           count(*) over () as count
      from (select *, first_value(make) over same as first_make, first_value(model) over same as first_model
              from imported_vehicle window same as (partition by id order by line)) i
      left join vehicle v on v.id = i.id
     where (coalesce(v.make, i.first_make), coalesce(v.model, i.first_model)) <> (i.make, i.model)
     order by i.line limit ${MAX_LISTED_FAULTS}`.execute(tx);
  const faults = rows.map(({ line, id, make, model }) => ({
    line,
    reason: `vehicle ${id} is already ${make} ${model}`,
  }));
  if (rows[0]) throw new FileRefused(faults, rows[0].count);
}

/**
 * Advances the sequence of vehicle ids past the imported ids. Ids of 2^52 and above do not count, or the sequence would
 * soon run out.
 */
async function advanceSequence(tx: Tx): Promise<void> {
  await sql`
    select setval(sequence, greatest(last.id, nextval(sequence)))
      from (select max(id) as id from vehicle where id < 4503599627370496) last,
           (select pg_get_serial_sequence('vehicle', 'id')::regclass as sequence) named
     where last.id is not null`.execute(tx);
}
