import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { onServer, withDatabase } from '../../test/support/database/services.ts';
import { startChildServer } from '../../test/support/server/child-server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

// Skipped without a PostgreSQL. The start of the run says so, or fails with REQUIRE_SERVICES=1.
describe.skipIf(inject('postgresUrl') === undefined)('a role that may create nothing', () => {
  const suffix = `${process.pid}_${randomBytes(4).toString('hex')}`;
  const [database, owner, app] = ['database', 'owner', 'app'].map((what) => `holdfast_test_${what}_${suffix}`);
  const server = inject('postgresUrl') ?? '';

  const urlOf = (role = '') => {
    const url = new URL(withDatabase(server, database ?? ''));
    url.username = role;
    return url.href;
  };

  /** Runs `holdfast migrate` in a process of its own. @returns its exit code and what it prints */
  async function migrate(role: string | undefined): Promise<{ code: number; printed: string }> {
    const env = { PATH: process.env.PATH, DATABASE_URL: urlOf(role) };
    try {
      const { stdout, stderr } = await run(process.execPath, ['src/main.ts', 'migrate'], { cwd: ROOT, env });
      return { code: 0, printed: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, printed: stdout + stderr };
    }
  }

  async function rowsOf(text: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: urlOf(new URL(server).username) });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    for (const role of [owner, app]) await onServer(server, `create role ${role} login`);
    await onServer(server, `create database ${database} owner ${owner}`);
    const document = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, grants = ''] = /```sql\n(alter default privileges.*?)```/s.exec(document) ?? [];
    await onServer(urlOf(owner), grants.replaceAll('holdfast_app', app ?? ''));
  });
  afterAll(async () => {
    await onServer(server, `drop database ${database} with (force)`);
    for (const role of [owner, app]) await onServer(server, `drop role ${role}`);
  });

  it('a role with the grants of docs/operations.md serves a database that its owner has migrated', {
    timeout: 90_000,
  }, async () => {
    const refused = await migrate(app);
    expect(refused).toEqual({ code: 2, printed: expect.stringMatching(/^holdfast: .*may not create.*\n$/) });
    expect(await migrate(owner)).toEqual({ code: 0, printed: expect.stringContaining('Applied 0001_platform.sql') });
    expect(await migrate(app)).toEqual({ code: 0, printed: 'The schema is up to date.\n' });
    // The control: the role really may create nothing.
    for (const schema of ['public', 'pgboss', 'other']) {
      const create = schema === 'other' ? 'create schema other' : `create table ${schema}.x (id integer)`;
      await expect(onServer(urlOf(app), create)).rejects.toThrow('permission denied');
    }

    const settings = { HOLDFAST_SAMPLES: 'on', HOLD_TTL: '5s', SWEEP_EVERY: '1s' };
    await using holdfast = await startChildServer({ DATABASE_URL: urlOf(app), ...settings });
    const send = async (method: string, path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const url = `http://127.0.0.1:${holdfast.port}${path}`;
      return (await fetch(url, { method, headers, body: JSON.stringify(body) })).status;
    };
    expect(await send('POST', '/client/reserve', { client_id: 1, timeslot_id: 40 })).toBe(201);
    expect(await send('PUT', '/client/confirm', { client_id: 1, reservation_id: 1 })).toBe(200);
    expect(await send('POST', '/client/reserve', { client_id: 1, timeslot_id: 41 })).toBe(201);
    // Nothing reads the second reservation, so that only the sweep can end it.
    const statuses = () => rowsOf('select status from reservation order by id');
    await expect.poll(statuses, { timeout: 20_000 }).toEqual([{ status: 'confirmed' }, { status: 'expired' }]);
    expect(await rowsOf("select count(*)::integer > 0 as ran from pgboss.job where name = 'sweep'")).toEqual([
      { ran: true },
    ]);
    expect(holdfast.complaints).toEqual([]);
  });
});
