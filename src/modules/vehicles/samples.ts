import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../../platform/csv.ts';
import type { Database } from '../../platform/db/database.ts';
import { importStateLogs, STATE_LOG_COLUMNS } from './import-state-logs.ts';
import { importVehicles, VEHICLE_COLUMNS } from './import-vehicles.ts';

/**
 * Three vehicles and their logs; only into a database without any.
 *
 * @param directory where `vehicles.csv` and `state-logs.csv` are
 * @returns whether it loaded them
 */
export async function loadSampleVehicles(database: Database, directory: string): Promise<boolean> {
  const open = (name: string) => createReadStream(join(directory, name));
  return database.transaction(async (tx) => {
    const known = await tx.selectFrom('vehicle').select('id').limit(1).execute();
    if (known.length > 0) return false;
    await importVehicles(tx, readCsv(open('vehicles.csv'), VEHICLE_COLUMNS));
    await importStateLogs(tx, readCsv(open('state-logs.csv'), STATE_LOG_COLUMNS));
    return true;
  });
}
