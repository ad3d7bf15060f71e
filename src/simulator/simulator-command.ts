import { parseArgs } from 'node:util';
import { parseDurationMs } from '../platform/time/duration.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

const DEFAULT_PORT = 4100;

const KINDS = ['per-date', 'snapshot'] as const;

/** The options of `holdfast simulator`. */
export const SIMULATOR_OPTIONS = {
  kind: {
    type: 'string',
    value: 'KIND',
    choices: KINDS,
    default: 'per-date',
    description: 'The kind of supplier: per-date or snapshot',
  },
  host: { type: 'string', value: 'HOST', description: 'The address to listen at (defaults to 127.0.0.1)' },
  port: { type: 'string', value: 'PORT', description: `The port to listen at (defaults to ${DEFAULT_PORT})` },
  'base-path': { type: 'string', value: 'PATH', description: 'The start of every path, such as /city-tours' },
  limit: {
    type: 'string',
    value: 'LIMIT',
    multiple: true,
    description: 'A pull limit, such as 30/1m; all given limits apply together',
  },
  latency: { type: 'string', value: 'DURATION', description: 'The delay of every answer, such as 50ms' },
  'api-key': { type: 'string', value: 'KEY', description: 'The x-api-key that requests need; unchecked by default' },
  seed: {
    type: 'string',
    value: 'NUMBER',
    description: 'The seed of faults, rivals and synthetic products (defaults to 1)',
  },
  inventory: {
    type: 'string',
    value: 'FILE',
    description: 'A recording of a per-date supplier (defaults to samples/supplier-inventory.json)',
  },
  products: { type: 'string', value: 'NUMBER', description: 'The number of synthetic products, with ids from 1001' },
  rivals: { type: 'string', value: 'NUMBER', description: 'The number of purchases by other customers per second' },
  'time-zone': {
    type: 'string',
    value: 'ZONE',
    description: 'The zone the supplier sells in (defaults to Asia/Singapore)',
  },
} as const;

/** Reads the options of `holdfast simulator`. @throws SimulatorError */
export function readSimulatorOptions(words: readonly string[]): SimulatorOptions {
  const values = parse(words);
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
    return parseArgs({ args: [...words], options: SIMULATOR_OPTIONS, strict: true }).values;
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
