import { sql } from 'kysely';
import type { CsvFault, CsvRow } from '../../platform/csv.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import { stageRows } from '../../platform/staging.ts';
import { readVehicleRow } from './import-vehicles.ts';

interface Claim {
  readonly line: number;
  readonly id: Id;
  readonly state: string;
}

/**
 * Compares the state that a file of vehicles gives them with their last logs. The logs are the truth: a difference is
 * told, and nothing is changed.
 */
export async function compareStates(
  database: Database,
  rows: AsyncIterable<CsvRow | CsvFault>,
): Promise<readonly CsvFault[]> {
  const differences: CsvFault[] = [];
  await stageRows(rows, readClaim, async (batch) => {
    for (const difference of await compare(database, batch)) differences.push(difference);
  });
  return differences;
}

function readClaim(row: CsvRow): Claim | string {
  const vehicle = readVehicleRow(row);
  if (typeof vehicle === 'string') return vehicle;
  return { line: row.line, id: vehicle.id, state: row.fields.state ?? '' };
}

async function compare(database: Database, batch: readonly Claim[]): Promise<CsvFault[]> {
  const claims = batch.filter(({ state }) => state !== '');
  const { rows } = await database.read((reader) =>
    sql<Claim & { last: string | null }>`
      select claim.line, claim.id, claim.state, last.state as last
        from unnest(${claims.map(({ line }) => line)}::bigint[], ${claims.map(({ id }) => id)}::bigint[],
                    ${claims.map(({ state }) => state)}::text[]) as claim (line, id, state)
        left join lateral (select state from state_log l where l.vehicle_id = claim.id
                            order by l.at desc, l.sequence desc limit 1) last on true
       where last.state is distinct from claim.state
       order by claim.line`.execute(reader),
  );
  return rows.map(({ line, id, state, last }) => ({
    line,
    fault: `vehicle ${id} is said to be ${state}, but ${last === null ? 'it has no log' : `its last log says ${last}`}`,
  }));
}
