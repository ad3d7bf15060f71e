import { sql } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';
import type { CsvRow } from '../../../platform/import/csv-rows.ts';
import { type RowFault, type Staged, stageValidRows } from '../../../platform/import/staging.ts';
import { type ListedState, readListedState } from './vehicle-rows.ts';

/**
 * Compares the states listed in a vehicles file with the last logs of the vehicles. The logs decide: a difference is
 * reported and nothing is changed.
 *
 * @throws FileRefused, FileUnreadable
 */
export async function findStateDifferences(database: Database, rows: AsyncIterable<CsvRow>): Promise<RowFault[]> {
  const differences: RowFault[] = [];
  await stageValidRows(rows, {
    read: readListedState,
    stage: async (batch) => {
      differences.push(...(await compareBatch(database, batch)));
    },
  });
  return differences;
}

async function compareBatch(database: Database, batch: readonly Staged<ListedState>[]): Promise<RowFault[]> {
  const listed = batch.filter(({ state }) => state !== '');
  const { rows } = await database.read((reader) =>
    sql<Staged<ListedState> & { last: string | null }>`
      select listed.line, listed.id, listed.state, last.state as last
        from unnest(${listed.map(({ line }) => line)}::bigint[], ${listed.map(({ id }) => id)}::bigint[],
                    ${listed.map(({ state }) => state)}::text[]) as listed (line, id, state)
        left join lateral (select state from state_log l where l.vehicle_id = listed.id
                            order by l.at desc, l.sequence desc limit 1) last on true
       where last.state is distinct from listed.state
       order by listed.line`.execute(reader),
  );
  return rows.map(({ line, id, state, last }) => {
    const actual = last === null ? 'it has no log' : `its last log says ${last}`;
    return { line, reason: `vehicle ${id} is listed as ${state}, but ${actual}` };
  });
}
