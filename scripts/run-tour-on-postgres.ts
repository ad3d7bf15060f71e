import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/**
 * Runs each tour on a new PostgreSQL database whose settings write times in other ways than Holdfast does, and drops the
 * database. The PostgreSQL server is the one of the tests.
 */

const SETTINGS = { timezone: 'Asia/Kolkata', datestyle: 'SQL, DMY', intervalstyle: 'sql_standard' };
const SERVER = process.env.TEST_DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';

const TOUR = fileURLToPath(new URL('run-tour.ts', import.meta.url));

const client = new pg.Client({ connectionString: SERVER });
await client.connect();
try {
  for (const file of ['README.md', 'docs/access-tour.md']) if (!(await runTour(file))) process.exitCode = 1;
} finally {
  await client.end();
}

/** @returns whether the output is as shown */
async function runTour(file: string): Promise<boolean> {
  const database = `holdfast_tour_${process.pid}`;
  await client.query(`create database ${database}`);
  try {
    for (const [name, value] of Object.entries(SETTINGS)) {
      await client.query(`alter database ${database} set ${name} = '${value}'`);
    }
    const url = new URL(SERVER);
    url.pathname = `/${database}`;
    const env = { ...process.env, DATABASE_URL: url.href };
    const [code] = await once(spawn(process.execPath, [TOUR, file], { env, stdio: 'inherit' }), 'exit');
    return code === 0;
  } finally {
    await client.query(`drop database ${database} with (force)`);
  }
}
