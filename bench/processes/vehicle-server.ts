import type { BenchRun } from '../figure.ts';
import { PROGRAM, type ServerProcess, startNode } from './server-process.ts';

/** Starts the program with a staleness bound that outlasts a figure, so that a vehicle is loaded once. */
export function startVehicleServer(
  run: BenchRun,
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const own = { DATABASE_URL: databaseUrl, HOST: '127.0.0.1', PORT: '0', VEHICLES_MAX_AGE: '1h', LOG_LEVEL: 'warn' };
  return startNode([PROGRAM, 'serve'], { ...own, ...settings }, run.profileDir);
}
