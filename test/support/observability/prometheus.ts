import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../server/free-port.ts';

const DEPLOYED = fileURLToPath(new URL('../../../deploy/prometheus', import.meta.url));
/** Prometheus says at once when it is ready, but replaying an empty log takes it seconds on a busy machine. */
const START_WITHIN_MS = 30_000;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value. */
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly annotations: Readonly<Record<string, string>>;
}

/** A Prometheus with the configuration in deploy/prometheus, except that it scrapes every second. */
export interface Prometheus extends AsyncDisposable {
  query(expression: string): Promise<readonly Series[]>;
  queryRange(expression: string, startS: number, endS: number, stepS: number): Promise<readonly Series[]>;
  rules(): Promise<readonly Rule[]>;
}

/** @param key a key of the role monitor */
export async function startPrometheus(ports: readonly number[], key: string): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-prometheus-'));
  await cp(DEPLOYED, directory, { recursive: true });
  const config = join(directory, 'prometheus.yml');
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replaceAll('interval: 15s', 'interval: 1s'));
  const targets = JSON.stringify([{ targets: ports.map((port) => `127.0.0.1:${port}`) }]);
  await writeFile(join(directory, 'targets.yml'), targets);
  await writeFile(join(directory, 'holdfast-key'), key);

  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const address = `http://127.0.0.1:${port}`;
  if (!(await isReady(address))) {
    await stop();
    throw new Error(`Prometheus did not start: ${complaints}`);
  }
  return {
    query: async (query) => (await get(address, '/api/v1/query', { query })).result as Series[],
    queryRange: async (query, start, end, step) =>
      (await get(address, '/api/v1/query_range', { query, start, end, step })).result as Series[],
    async rules() {
      const groups = (await get(address, '/api/v1/rules', {})).groups as { rules: Rule[] }[];
      return groups.flatMap(({ rules }) => rules);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function isReady(address: string): Promise<boolean> {
  const giveUpAt = performance.now() + START_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const response = await fetch(`${address}/-/ready`).catch(() => undefined);
    if (response?.ok) return true;
    await delay(50);
  }
  return false;
}

/** @throws Error with the reason that Prometheus gives for refusing an expression */
async function get(address: string, path: string, parameters: Readonly<Record<string, string | number>>) {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  const answer = (await (await fetch(`${address}${path}?${query}`)).json()) as {
    readonly data?: Readonly<Record<string, unknown>>;
    readonly error?: string;
  };
  if (answer.data === undefined) throw new Error(`${answer.error}: ${parameters.query}`);
  return answer.data;
}
