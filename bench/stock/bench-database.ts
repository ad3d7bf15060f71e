import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { openClient } from '../../src/platform/db/session/session.ts';
import { CHECKOUT, PROGRAM } from '../processes/server-process.ts';

/** A database with the program's schema and its data. It is copied, and never measured itself. */
export interface Template extends AsyncDisposable {
  /** Copies it, once for each side of each round, so that no measurement works on the remains of another. */
  copy(): Promise<DatabaseCopy>;
}

export interface DatabaseCopy extends AsyncDisposable {
  readonly url: string;
}

/** @param fill SQL that fills the empty schema */
export async function openTemplate(serverUrl: string, fill: string): Promise<Template> {
  const template = await createDatabase(serverUrl);
  try {
    await migrate(template.url);
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

/** The data of a database that takes minutes to fill, as statements that are one transaction each. */
export interface KeptStock {
  /** The database is named `holdfast_bench_<name>_<checksum of the schema and the statements>`. */
  readonly name: string;
  readonly statements: readonly string[];
}

/** Copies a database that is filled once for each schema, and is kept when the run ends. */
export async function copyKept(
  serverUrl: string,
  { name, statements }: KeptStock,
  say: (text: string) => void,
): Promise<DatabaseCopy> {
  const kept = `holdfast_bench_${name}_${await schemaChecksum(statements)}`;
  const { rowCount } = await withClient(serverUrl, (client) =>
    client.query('select from pg_database where datname = $1', [kept]),
  );
  if (rowCount === 0) {
    const filling = await createDatabase(serverUrl);
    try {
      await migrate(filling.url);
      await withClient(filling.url, async (client) => {
        for (const [index, statement] of statements.entries()) {
          say(`filling ${kept}: ${index + 1} of ${statements.length}`);
          await client.query(statement);
        }
      });
      // Renamed only now, so that an interrupted fill is not taken for a complete one.
      await withClient(serverUrl, (client) => client.query(`alter database ${filling.name} rename to ${kept}`));
    } catch (error) {
      await filling[Symbol.asyncDispose]();
      throw error;
    }
  }
  return createDatabase(serverUrl, kept);
}

async function migrate(url: string): Promise<void> {
  await promisify(execFile)(process.execPath, [PROGRAM, 'migrate'], { env: { ...process.env, DATABASE_URL: url } });
}

async function schemaChecksum(statements: readonly string[]): Promise<string> {
  const directory = join(CHECKOUT, 'migrations');
  const files = (await readdir(directory)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return createHash('sha256')
    .update([...texts, ...statements].join('\n'))
    .digest('hex')
    .slice(0, 12);
}

async function createDatabase(serverUrl: string, template?: string): Promise<DatabaseCopy & { name: string }> {
  const name = `holdfast_bench_${process.pid}_${randomBytes(5).toString('hex')}`;
  await withClient(serverUrl, async (client) => {
    // The default strategy copies through the write-ahead log, and would write gigabytes twice.
    const source = template === undefined ? '' : `template ${template} strategy file_copy`;
    await client.query(`create database ${name} ${source}`);
    // Without a checkpoint, one side would pay for writing the changes of the other to disk.
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
  const client = await openClient(url, { applicationName: 'the benchmark' });
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
