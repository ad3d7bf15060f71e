import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultReport } from '../faults/report.ts';
import { finding } from '../faults/report.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { freePorts } from '../support/server/free-port.ts';
import type { ContainerConfig } from './dockerfile.ts';
import { firstProcess, runInImage, startInImage } from './run-in-image.ts';

const OPERATOR_KEY = 'the-operator-of-an-image-under-test';
const STARTS_WITHIN_MS = 30_000;

/** Migrates a database with the image, serves it, books, and stops. */
export async function checkServing(root: string, config: ContainerConfig, server: string): Promise<FaultReport> {
  await using own = await createOnPostgres(server);
  const [port = 0, unused = 0] = await freePorts(2);
  // Only loopback, unlike in a container, which has its own network.
  const env: Readonly<Record<string, string>> = {
    ...own.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    HOLDFAST_OPERATOR_KEY: OPERATOR_KEY,
    DRAIN: '1s',
  };
  const run = (words: readonly string[], variables = env) => runInImage(root, config, words, variables);

  const version = await run([...config.entrypoint, '--version']);
  const withoutDatabase = await run([...config.entrypoint, ...config.command], { ...env, DATABASE_URL: '' });
  const migrated = await run([...config.entrypoint, 'migrate']);
  const beganMs = performance.now();
  const child = startInImage(root, config, [...config.entrypoint, ...config.command], env);
  await untilListening(child);
  const startedMs = performance.now() - beganMs;
  const pid = await firstProcess(child);
  const healthy = await run(config.healthCheck);
  const unhealthy = await run(config.healthCheck, { ...env, PORT: String(unused) });
  const answers = await book(`http://127.0.0.1:${port}`);
  const memory = /^VmRSS:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  process.kill(pid, 'SIGTERM');
  const [exitCode] = await once(child, 'exit');
  const { version: packaged } = JSON.parse(await readFile(`${root}/holdfast/package.json`, 'utf8'));
  return {
    title: 'a container of the image',
    facts: [
      `listens after ${Math.round(startedMs)} ms; resident memory ${Math.round(Number(memory) / 1_024)} MiB after the requests`,
    ],
    findings: [
      finding('--version is that of the package', [{ ok: version.stdout.includes(packaged), what: version.stdout }]),
      finding('without DATABASE_URL the start is refused with one line', [
        {
          ok: withoutDatabase.exitCode === 2 && withoutDatabase.stderr.trim().split('\n').length === 1,
          what: `${withoutDatabase.exitCode}: ${withoutDatabase.stderr}`,
        },
      ]),
      finding('migrate brings an empty database up to date', [
        {
          ok: migrated.exitCode === 0 && migrated.stdout.includes('Applied 0001'),
          what: `${migrated.stdout}${migrated.stderr}`,
        },
      ]),
      finding('the health check succeeds while it serves', [{ ok: healthy.exitCode === 0, what: healthy.stderr }]),
      finding('control: the health check fails where nothing serves', [
        { ok: unhealthy.exitCode === 1, what: String(unhealthy.exitCode) },
      ]),
      finding(
        'requests are answered',
        answers.map(({ request, expected, status, body }) => ({
          ok: status === expected,
          what: `${request}: ${status} ${JSON.stringify(body)}`,
        })),
      ),
      finding('SIGTERM stops it with exit code 0', [{ ok: exitCode === 0, what: String(exitCode) }]),
    ],
  };
}

async function untilListening(child: ReturnType<typeof startInImage>): Promise<void> {
  if (child.stdout === null || child.stderr === null) throw new Error('the process has no pipes');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface(child.stderr).on('line', (line) => process.stderr.write(`${line}\n`));
  createInterface(child.stdout).on('line', (line) => {
    if (line.includes('listening at')) resolve();
  });
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  const timeout = delay(STARTS_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error('the server does not listen');
  });
  await Promise.race([promise, timeout]);
}

interface Answered {
  readonly request: string;
  readonly expected: number;
  readonly status: number;
  /** Parsed, if it is JSON. */
  readonly body: unknown;
}

/** Offers time, reserves, confirms, and asks for what is served besides. */
async function book(base: string): Promise<Answered[]> {
  const answers: Answered[] = [];
  const send = async <T>(expected: number, method: string, path: string, body?: object, key = OPERATOR_KEY) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const isJson = response.headers.get('content-type')?.includes('json');
    const answer: unknown = isJson ? await response.json() : await response.text();
    answers.push({ request: `${method} ${path}`, expected, status: response.status, body: answer });
    return answer as T;
  };
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const name = { first_name: 'Ada', last_name: 'Lane' };
  const { provider_id } = await send<{ provider_id: number }>(201, 'POST', '/provider/create', name);
  const { client_id } = await send<{ client_id: number }>(201, 'POST', '/client/create', name);
  const offer = { provider_id, start_time: `${day}T10:00:00Z`, end_time: `${day}T11:00:00Z` };
  await send(201, 'POST', '/provider/availability', offer);
  const path = `/client/getProviderAvailability?provider_id=${provider_id}`;
  const listed = await send<{ 'available timeslots': { timeslot_id: number }[] }>(200, 'GET', path);
  const hold = { client_id, timeslot_id: listed['available timeslots'][0]?.timeslot_id };
  const held = await send<{ 'Reservation scheduled': { reservation_id: number } }>(
    201,
    'POST',
    '/client/reserve',
    hold,
  );
  const { reservation_id } = held['Reservation scheduled'];
  await send(200, 'PUT', '/client/confirm', { client_id, reservation_id });
  await send(409, 'POST', '/client/reserve', hold);
  await send(401, 'POST', '/client/create', name, 'wrong');
  await send(200, 'PUT', '/provider/expiredReservations', {});
  for (const each of ['/', '/docs', '/openapi.json', '/healthz', '/readyz', '/metrics']) await send(200, 'GET', each);
  return answers;
}
