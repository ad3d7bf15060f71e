import { type ParseArgsConfig, parseArgs } from 'node:util';
import { parseDurationMs } from '../platform/time/duration.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

export const SIMULATOR_USAGE = `holdfast simulator [options]

  Runs a simulated supplier over HTTP, for tests and demonstrations. It stores nothing.

  --kind KIND          per-date or snapshot. Default: per-date
  --host, --port       the address to listen on. Default: 127.0.0.1 and 4100
  --base-path PATH     prefix of every path of the supplier, such as /city-tours
  --limit LIMIT        a pull limit such as 30/1m. Repeat for several; all apply together
  --latency DURATION   delay of every answer, such as 50ms
  --api-key KEY        required value of x-api-key. Without it, no key is checked
  --seed NUMBER        seed of faults, rivals and synthetic products. Default: 1
  --inventory FILE     a recording of a per-date supplier. Default: samples/supplier-inventory.json
  --products NUMBER    number of synthetic products to add, with ids from 1001
  --rivals NUMBER      purchases per second by other buyers
  --time-zone ZONE     time zone of the supplier. Default: Asia/Singapore
  --help               print this text

  docs/simulator.md describes its answers, its faults and its admin paths.`;

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

/** Reads the options of a command line; `undefined` if it asks for help. */
export function readSimulatorOptions(words: readonly string[]): SimulatorOptions | undefined {
  const values = parse(words);
  if (values.help) return undefined;
  const { kind, latency } = values;
  if (kind !== 'per-date' && kind !== 'snapshot') {
    throw new SimulatorError(`--kind must be per-date or snapshot, not ${kind}`);
  }
  const latencyMs = latency === undefined ? 0 : parseDurationMs(latency);
  if (latencyMs === undefined) throw new SimulatorError(`--latency must be a duration such as 50ms, not ${latency}`);
  return {
    kind,
    latencyMs,
    port: readNumber('port', values.port, DEFAULT_PORT, { whole: true, max: 65_535 }),
    seed: readNumber('seed', values.seed, 1, { whole: true, max: 2 ** 31 }),
    syntheticProducts: readNumber('products', values.products, 0, { whole: true, max: 8_000 }),
    rivalsPerSecond: readNumber('rivals', values.rivals, 0, { whole: false, max: 1_000 }),
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
  fallback: number,
  { whole, max }: { readonly whole: boolean; readonly max: number },
): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!(whole ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text) || number > max) {
    throw new SimulatorError(`--${name} must be a ${whole ? 'whole ' : ''}number from 0 to ${max}, not ${text}`);
  }
  return number;
}

function readBasePath(text = ''): string {
  if (!/^(\/[\w.~-]+)*$/.test(text)) {
    throw new SimulatorError(`--base-path must be a path such as /city-tours, not ${text}`);
  }
  return text;
}

function readZone(text = 'Asia/Singapore'): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return text;
  } catch {
    throw new SimulatorError(`--time-zone must be a time zone such as Asia/Singapore, not ${text}`);
  }
}
