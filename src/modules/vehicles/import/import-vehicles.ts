import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { CsvRow } from '../../../platform/import/csv-rows.ts';
import {
  beginStaging,
  FileRefused,
  inChunks,
  MOST_FAULTS,
  type Staged,
  type StagingProgress,
  stageRows,
} from '../../../platform/import/staging.ts';
import { readVehicleRow, type VehicleRow } from './vehicle-rows.ts';

export interface Imported {
  readonly rows: number;
  /** Rows that were not here yet. */
  readonly added: number;
}

/**
 * Adds vehicles under their own ids, all of a file or none. A vehicle that is here already, with the same make and
 * model, is left as it is; with others the file is refused.
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
  const staged = await stageRows(rows, readVehicleRow, (batch) => stage(tx, batch), onProgress);
  // From here to the end nobody else takes an id that the file has: neither by number nor from the sequence.
  await sql`lock table vehicle in share row exclusive mode`.execute(tx);
  await refuseOtherVehicles(tx);
  const added = await inChunks(staged.lastLine, async (from, to) => {
    const { numAffectedRows } = await sql`
      insert into vehicle (id, make, model)
      select id, make, model from imported_vehicle where line > ${from} and line <= ${to} order by line
      on conflict (id) do nothing`.execute(tx);
    return Number(numAffectedRows ?? 0);
  });
  await moveSequenceOn(tx);
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

/** Of a vehicle that is not here yet the file's first row says what it is. */
async function refuseOtherVehicles(tx: Tx): Promise<void> {
  const { rows } = await sql<VehicleRow & { line: number; count: number }>`
    select i.line, i.id, coalesce(v.make, i.first_make) as make, coalesce(v.model, i.first_model) as model,
           count(*) over () as count
      from (select *, first_value(make) over same as first_make, first_value(model) over same as first_model
              from imported_vehicle window same as (partition by id order by line)) i
      left join vehicle v on v.id = i.id
     where (coalesce(v.make, i.first_make), coalesce(v.model, i.first_model)) <> (i.make, i.model)
     order by i.line limit ${MOST_FAULTS}`.execute(tx);
  const sayKnown = (id: Id, make: string, model: string) => `vehicle ${id} is known as ${make} ${model}`;
  const faults = rows.map(({ line, id, make, model }) => ({ line, reason: sayKnown(id, make, model) }));
  if (rows[0]) throw new FileRefused(faults, rows[0].count);
}

/** Vehicles that get their id here go on after those that brought theirs, unless those are near the end of all ids. */
async function moveSequenceOn(tx: Tx): Promise<void> {
  await sql`
    select setval(sequence, greatest(last.id, nextval(sequence)))
      from (select max(id) as id from vehicle where id < 4503599627370496) last,
           (select pg_get_serial_sequence('vehicle', 'id')::regclass as sequence) of_table
     where last.id is not null`.execute(tx);
}
