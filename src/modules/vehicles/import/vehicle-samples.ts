import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { readCsv } from '../../../platform/import/csv-rows.ts';
import { importStateLogs } from './import-state-logs.ts';
import { importVehicles } from './import-vehicles.ts';
import { STATE_LOG_COLUMNS, VEHICLE_COLUMNS } from './vehicle-rows.ts';

/**
 * Loads three sample vehicles and their logs into a database that has no vehicles.
 *
 * @param directory of `vehicles.csv` and `state-logs.csv`
 * @returns the number of vehicles loaded
 */
export async function loadVehicleSamples(database: Database, directory: string): Promise<number> {
  return database.transaction(async (tx) => {
    if (await hasVehicles(tx)) return 0;
    const open = (file: string) => createReadStream(join(directory, file));
    const { added } = await importVehicles(tx, readCsv(open('vehicles.csv'), VEHICLE_COLUMNS));
    // Of several instances that start together, one loads the samples; the others wait and then find its vehicles.
    if (added > 0) await importStateLogs(tx, readCsv(open('state-logs.csv'), STATE_LOG_COLUMNS));
    return added;
  });
}

async function hasVehicles(tx: Tx): Promise<boolean> {
  return (await tx.selectFrom('vehicle').select('id').limit(1).execute()).length > 0;
}
