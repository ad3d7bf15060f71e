import { once } from 'node:events';
import { connect } from 'node:net';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { startChildServer } from '../../test/support/server/child-server.ts';

onPostgres('holdfast serve', (open) => {
  it('a server that is stopped serves on for DRAIN and exits with 0, whatever its connections are doing', async () => {
    await using server = await startChildServer({ DATABASE_URL: open().url ?? '', DRAIN: '1s' });
    const url = `http://127.0.0.1:${server.port}`;
    const send = async (sent: string) => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      socket.write(sent);
      return socket;
    };
    const head = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nHost: x\r\n`;
    const kept = await send(`${head('GET', '/healthz')}\r\n`);
    const [first] = (await once(kept, 'data')) as [Buffer];
    expect(String(first)).toMatch(/connection: keep-alive/i);
    const events = await fetch(`${url}/api/v1/events`);
    const unused = await send('');
    const halfSent = await send(head('GET', '/healthz'));
    server.signal('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(503);
    const ready = await fetch(`${url}/readyz`);
    const { headers } = ready;
    expect([ready.status, headers.get('retry-after'), headers.get('connection')]).toEqual([503, '1', 'close']);
    expect(await ready.json()).toMatchObject({ type: 'urn:holdfast:problem:stopping' });
    const served = await fetch(`${url}/api/v1/slots?limit=1`);
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
    kept.write(`${head('GET', '/vehicles/1/timestamp/2022-09-11T09:11:45Z')}\r\n`);
    const [second] = (await once(kept, 'data')) as [Buffer];
    expect(String(second)).toMatch(/connection: close/i);
    const [refused] = (await once(halfSent, 'data')) as [Buffer];
    expect(String(refused)).toMatch(/^HTTP\/1.1 503 .*retry-after: 1/is);
    expect(await events.text()).toContain('id:');
    expect(await server.gone()).toBe(0);
    expect(server.complaints).toEqual([]);
    unused.destroy();
  });

  it('a server whose background work cannot start says why and stops', async () => {
    const { database, url = '' } = open();
    const run = (text: string) => database.transaction((tx) => sql.raw(text).execute(tx));
    // A table of the job queue that belongs to another program.
    await run('drop schema if exists pgboss cascade');
    await run('create schema pgboss create table version (other text)');
    await using server = await startChildServer({ DATABASE_URL: url });
    expect(await server.gone()).toBe(1);
    expect(server.complaints.join('')).toContain('function pgboss.create_queue');
    await run('drop schema pgboss cascade');
  });
});
