import { sql } from 'kysely';
import type { Database } from '../../../platform/db/database.ts';
import type { CsvRow } from '../../../platform/import/csv-rows.ts';
import { type RowFault, type Staged, stageRows } from '../../../platform/import/staging.ts';
import { readStateClaim, type StateClaim } from './vehicle-rows.ts';

/**
 * Compares the state that a file of vehicles gives them with their last logs. The logs are the truth: a difference is
 * told, and nothing is changed.
 */
export async function compareStates(database: Database, rows: AsyncIterable<CsvRow>): Promise<RowFault[]> {
  const differences: RowFault[] = [];
  await stageRows(rows, readStateClaim, async (batch) => {
    differences.push(...(await compare(database, batch)));
  });
  return differences;
}

async function compare(database: Database, batch: readonly Staged<StateClaim>[]): Promise<RowFault[]> {
  const claims = batch.filter(({ state }) => state !== '');
  const { rows } = await database.read((reader) =>
    sql<Staged<StateClaim> & { last: string | null }>`
      select claim.line, claim.id, claim.state, last.state as last
        from unnest(${claims.map(({ line }) => line)}::bigint[], ${claims.map(({ id }) => id)}::bigint[],
                    ${claims.map(({ state }) => state)}::text[]) as claim (line, id, state)
        left join lateral (select state from state_log l where l.vehicle_id = claim.id
                            order by l.at desc, l.sequence desc limit 1) last on true
       where last.state is distinct from claim.state
       order by claim.line`.execute(reader),
  );
  return rows.map(({ line, id, state, last }) => {
    const truth = last === null ? 'it has no log' : `its last log says ${last}`;
    return { line, reason: `vehicle ${id} is said to be ${state}, but ${truth}` };
  });
}
