import { type ParseArgsConfig, parseArgs } from 'node:util';
import { parseDurationMs } from '../platform/time/duration.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

export const SIMULATOR_USAGE = `holdfast simulator [options]

  Plays a supplier over HTTP, for tests and for trying things out. It keeps nothing.

  --kind KIND          per-date (default) or snapshot
  --host, --port       where it listens; 127.0.0.1 and 4100
  --base-path PATH     before every path of the supplier, such as /city-tours
  --limit LIMIT        such as 30/1m; may be given several times, and all hold together
  --latency DURATION   how long every answer takes, such as 50ms
  --api-key KEY        what x-api-key must be; without it nothing is checked
  --seed NUMBER        drives faults, rivals and synthetic products; 1
  --inventory FILE     a recording of a per-date supplier; samples/supplier-inventory.json
  --products NUMBER    so many synthetic products besides, numbered from 1001
  --rivals NUMBER      other people's purchases per second
  --time-zone ZONE     where it sells; Asia/Singapore
  --help               print this

  docs/simulator.md tells what it answers, how to make it fail, and how to see what it was asked.`;

const DEFAULT_PORT = 4100;

const OPTIONS = {
  kind: { type: 'string', default: 'per-date' },
  host: { type: 'string' },
  port: { type: 'string' },
  'base-path': { type: 'string' },
  limit: { type: 'string', multiple: true },
  latency: { type: 'string' },
  'api-key': { type: 'string' },
  seed: { type: 'string' },
  inventory: { type: 'string' },
  products: { type: 'string' },
  rivals: { type: 'string' },
  'time-zone': { type: 'string' },
  help: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/** The options on a command line; `undefined` when it asks for help. */
export function readSimulatorOptions(words: readonly string[]): SimulatorOptions | undefined {
  const values = parse(words);
  if (values.help) return undefined;
  const { kind, latency } = values;
  if (kind !== 'per-date' && kind !== 'snapshot')
    throw new SimulatorError(`--kind is per-date or snapshot, not ${kind}`);
  const latencyMs = latency === undefined ? 0 : parseDurationMs(latency);
  if (latencyMs === undefined) throw new SimulatorError(`--latency is a duration such as 50ms, not ${latency}`);
  return {
    kind,
    latencyMs,
    port: readNumber('port', values.port, DEFAULT_PORT, { whole: true, most: 65_535 }),
    seed: readNumber('seed', values.seed, 1, { whole: true, most: 2 ** 31 }),
    syntheticProducts: readNumber('products', values.products, 0, { whole: true, most: 8_000 }),
    rivalsPerSecond: readNumber('rivals', values.rivals, 0, { whole: false, most: 1_000 }),
    limits: values.limit ?? [],
    timeZone: readZone(values['time-zone']),
    basePath: readBasePath(values['base-path']),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
    ...(values.inventory === undefined ? {} : { inventoryFile: values.inventory }),
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new SimulatorError(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(
  name: string,
  text: string | undefined,
  otherwise: number,
  { whole, most }: { readonly whole: boolean; readonly most: number },
): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!(whole ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text) || number > most) {
    throw new SimulatorError(`--${name} is a ${whole ? 'whole ' : ''}number from 0 to ${most}, not ${text}`);
  }
  return number;
}

function readBasePath(text = ''): string {
  if (!/^(\/[\w.~-]+)*$/.test(text)) throw new SimulatorError(`--base-path is such as /city-tours, not ${text}`);
  return text;
}

function readZone(text = 'Asia/Singapore'): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return text;
  } catch {
    throw new SimulatorError(`--time-zone is such as Asia/Singapore, not ${text}`);
  }
}
