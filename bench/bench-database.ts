import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { PROGRAM } from './server-process.ts';

/** A database with the program's schema and what it needs to be measured: copied, never measured itself. */
export interface Template extends AsyncDisposable {
  /** A copy of its own for each side of each round, so that none works on what another has left behind. */
  copy(): Promise<DatabaseCopy>;
}

export interface DatabaseCopy extends AsyncDisposable {
  readonly url: string;
}

/** @param fill SQL run once on the empty schema */
export async function openTemplate(serverUrl: string, fill: string): Promise<Template> {
  const template = await createDatabase(serverUrl);
  try {
    await promisify(execFile)(process.execPath, [PROGRAM, 'migrate'], {
      env: { ...process.env, DATABASE_URL: template.url },
    });
    await withClient(template.url, (client) => client.query(fill));
  } catch (error) {
    await template[Symbol.asyncDispose]();
    throw error;
  }
  return {
    copy: () => createDatabase(serverUrl, template.name),
    [Symbol.asyncDispose]: () => template[Symbol.asyncDispose](),
  };
}

async function createDatabase(serverUrl: string, template?: string): Promise<DatabaseCopy & { name: string }> {
  const name = `holdfast_bench_${process.pid}_${randomBytes(5).toString('hex')}`;
  await withClient(serverUrl, async (client) => {
    await client.query(`create database ${name} ${template === undefined ? '' : `template ${template}`}`);
    // Or one side would pay for writing down what the other changed.
    await client.query('checkpoint');
  });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    [Symbol.asyncDispose]: () =>
      withClient(serverUrl, async (client) => {
        await client.query(`drop database ${name} with (force)`);
      }),
  };
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function countReservations(url: string): Promise<number> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ count: string }>('select count(*) from reservation'),
  );
  return Number(rows[0]?.count);
}
