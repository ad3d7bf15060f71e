import { expect, it } from 'vitest';
import { onPostgres } from '../support/database/test-database.ts';
import { startChildServer } from '../support/server/child-server.ts';

onPostgres('holdfast serve with WORKERS', (open) => {
  it('serves one port as several processes, replaces them, and stops them all', { timeout: 120_000 }, async () => {
    await using server = await startChildServer({ DATABASE_URL: open().url ?? '', WORKERS: '2', LOG_LEVEL: 'fatal' });
    const read = async (path: string) => {
      // A connection of its own, so that any worker may get it.
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { connection: 'close' } });
      return { status: answer.status, text: await answer.text() };
    };
    const metric = async (series: string) => {
      const { text } = await read('/metrics');
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length + 1),
      );
    };
    await expect.poll(() => metric('holdfast_workers{state="running"}'), { timeout: 40_000 }).toBe(2);
    const asked = 20;
    const route = 'holdfast_http_answers_total{route="GET /test",status="200"}';
    for (let request = 0; request < asked; request += 1) expect((await read('/test')).status).toBe(200);
    await expect.poll(() => metric(route)).toBe(asked);

    const pids = async () => {
      const { text } = await read('/metrics');
      return [...text.matchAll(/^process_start_time_seconds\{worker="(\d)"\} (\S+)/gm)].map((match) => match[2]);
    };
    const first = await pids();
    server.signal('SIGHUP');
    await expect
      .poll(async () => (await pids()).filter((started) => !first.includes(started)).length, { timeout: 60_000 })
      .toBe(2);
    // The counts of the workers that have ended stay.
    expect(await metric(route)).toBe(asked);
    expect((await read('/readyz')).status).toBe(200);
    server.signal('SIGTERM');
    expect(await server.gone()).toBe(0);
    expect(server.complaints).toEqual([]);
  });

  it('ends with the exit code and the reason of its first worker when that cannot start', async () => {
    const url = new URL(open().url ?? '');
    url.pathname = '/holdfast_nowhere';
    const started = startChildServer({ DATABASE_URL: url.href, WORKERS: '2' });
    await expect(started).rejects.toThrow(/ended with 2; holdfast: There is no such database/);
  });
});
