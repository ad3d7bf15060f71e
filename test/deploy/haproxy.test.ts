import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemViolations } from '../support/server/contract.ts';
import { freePort, freePorts } from '../support/server/free-port.ts';
import { isInstalled } from '../support/server/installed.ts';

/** The configurations in `deploy/haproxy`, each run by HAProxy in front of servers that stand for instances. */

const fileOf = (name: string) => fileURLToPath(new URL(`../../deploy/haproxy/${name}`, import.meta.url));
const hasHaproxy = isInstalled('haproxy', ['-v']);

/** Servers that answer with their name and the forwarded headers, and are ready or not. */
async function startInstances(names: readonly string[]) {
  const unready = new Set<string>();
  const servers = await Promise.all(
    names.map(async (name) => {
      const server = createServer((request, response) => {
        response.statusCode = request.url === '/readyz' && unready.has(name) ? 503 : 200;
        const { headers } = request;
        const forwarded = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'].map((each) => headers[each]);
        response.end(JSON.stringify({ name, forwarded }));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      return { name, server, address: `127.0.0.1:${address.port}` };
    }),
  );
  return {
    unready,
    env: Object.fromEntries(servers.map(({ name, address }) => [name, address])),
    async stop() {
      for (const { server } of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function startHaproxy(file: string, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn('haproxy', ['-db', '-f', fileOf(file)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  return child;
}

async function stopHaproxy(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

interface Seen {
  readonly status: number;
  readonly name: string | undefined;
  readonly forwarded: readonly (string | null)[];
}

async function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Seen> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const body = (await answer.json()) as { name?: string; forwarded?: (string | null)[] };
  return { status: answer.status, name: body.name, forwarded: body.forwarded ?? [] };
}

/** Sends a path again until the set of servers that answer it is as expected. */
async function untilAnsweredBy(port: number, path: string, names: readonly string[]): Promise<void> {
  await expect
    .poll(
      async () => {
        const seen = await Promise.all(Array.from({ length: 12 }, () => get(port, path).catch(() => undefined)));
        return [...new Set(seen.map((each) => each?.name))].sort();
      },
      { timeout: 15_000, interval: 200 },
    )
    .toEqual([...names].sort());
}

describe.skipIf(!hasHaproxy)('deploy/haproxy', () => {
  it('HAProxy accepts every configuration without a warning', () => {
    const addresses = ['POSTGRES_1', 'POSTGRES_2', 'POSTGRES_3', 'REDIS_1', 'REDIS_2', 'HOLDFAST_1', 'HOLDFAST_2']
      .concat(['HOLDFAST_3', 'PROVIDERS_1', 'PROVIDERS_2', 'CLIENTS_1', 'CLIENTS_2'])
      .map((name) => [name, '127.0.0.1:9']);
    for (const name of ['haproxy.cfg', 'haproxy-split.cfg', 'databases.cfg']) {
      const env = { PATH: process.env.PATH, ...Object.fromEntries(addresses) };
      const said = execFileSync('haproxy', ['-c', '-f', fileOf(name)], { env, encoding: 'utf8', stdio: 'pipe' });
      expect(said.trim(), name).toBe('Configuration file is valid');
    }
  });
});

describe.skipIf(!hasHaproxy)('haproxy.cfg', () => {
  const names = ['HOLDFAST_1', 'HOLDFAST_2', 'HOLDFAST_3'];
  let instances: Awaited<ReturnType<typeof startInstances>>;
  let haproxy: ChildProcess;
  let port: number;

  beforeAll(async () => {
    instances = await startInstances(names);
    port = await freePort();
    haproxy = await startHaproxy('haproxy.cfg', { HTTP_BIND: `127.0.0.1:${port}`, ...instances.env });
  });
  afterAll(async () => {
    await stopHaproxy(haproxy);
    await instances.stop();
  });

  it('an instance that is not ready gets no request', async () => {
    instances.unready.add('HOLDFAST_2');
    await untilAnsweredBy(port, '/', ['HOLDFAST_1', 'HOLDFAST_3']);
    instances.unready.clear();
    await untilAnsweredBy(port, '/', names);
  });

  it('while no instance is ready, all that are alive get requests', async () => {
    for (const name of names) instances.unready.add(name);
    await expect.poll(async () => (await get(port, '/readyz')).status, { timeout: 15_000 }).toBe(503);
    await untilAnsweredBy(port, '/', names);
    instances.unready.clear();
  });

  it('the forwarded headers of a client are replaced', async () => {
    await untilAnsweredBy(port, '/', names);
    const claims = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
    expect((await get(port, '/', claims)).forwarded).toEqual(['127.0.0.1', 'http', null]);
  });

  it('without any instance, the answer is a problem with Retry-After', async () => {
    const [unused = 0, ...gone] = await freePorts(4);
    const env = Object.fromEntries(names.map((name, index) => [name, `127.0.0.1:${gone[index]}`]));
    const other = await startHaproxy('haproxy.cfg', { HTTP_BIND: `127.0.0.1:${unused}`, ...env });
    try {
      let answer: Response | undefined;
      await expect
        .poll(
          async () => {
            answer = await fetch(`http://127.0.0.1:${unused}/`).catch(() => undefined);
            return answer?.status;
          },
          { timeout: 15_000 },
        )
        .toBe(503);
      expect(answer?.headers.get('retry-after')).toBe('2');
      const headers = { 'content-type': answer?.headers.get('content-type') ?? '' };
      expect(problemViolations({ status: 503, headers, body: (await answer?.text()) ?? '' } as never)).toEqual([]);
    } finally {
      await stopHaproxy(other);
    }
  });
});

describe.skipIf(!hasHaproxy)('haproxy-split.cfg', () => {
  const providers = ['PROVIDERS_1', 'PROVIDERS_2'];
  const clients = ['CLIENTS_1', 'CLIENTS_2'];
  let instances: Awaited<ReturnType<typeof startInstances>>;
  let haproxy: ChildProcess;
  let port: number;

  beforeAll(async () => {
    instances = await startInstances([...providers, ...clients]);
    port = await freePort();
    haproxy = await startHaproxy('haproxy-split.cfg', { HTTP_BIND: `127.0.0.1:${port}`, ...instances.env });
  });
  afterAll(async () => {
    await stopHaproxy(haproxy);
    await instances.stop();
  });

  it('/provider and /client are served by two groups, and the rest by the second', async () => {
    await untilAnsweredBy(port, '/provider/create', providers);
    await untilAnsweredBy(port, '/client/reserve', clients);
    await untilAnsweredBy(port, '/orders/1', clients);
  });

  it('a group without a ready instance is replaced by the other', async () => {
    for (const name of providers) instances.unready.add(name);
    await untilAnsweredBy(port, '/provider/create', clients);
    instances.unready.clear();
    await untilAnsweredBy(port, '/provider/create', providers);
  });
});
