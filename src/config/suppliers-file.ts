import { parseDurationMs } from '../platform/time/duration.ts';
import { isTimeZone } from '../platform/time/instant.ts';
import { ConfigError } from './config-error.ts';
import { Secret } from './secret.ts';

/** A supplier as `SUPPLIERS_FILE` has it, checked. */
export interface SupplierConfig {
  readonly id: string;
  readonly adapter: keyof typeof ADAPTERS;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
  readonly pullLimits: readonly { readonly pulls: number; readonly windowMs: number }[];
  readonly products: readonly number[];
  readonly timeZone: string;
  readonly cadence: readonly { readonly days: readonly [number, number]; readonly everyMs: number }[];
}

type Env = Readonly<Record<string, string | undefined>>;
type Fields = Readonly<Record<string, unknown>>;

/** Whether a supplier is asked product by product, or once for all it sells. */
const ADAPTERS = { 'per-date': { byProduct: true }, snapshot: { byProduct: false } } as const;
const KEYS = ['id', 'adapter', 'base_url', 'api_key_env', 'pull_limits', 'products', 'time_zone', 'cadence'];
const BY_PRODUCT_ONLY = ['products', 'cadence'];
const LAST_DAY = 60;
const LONGEST_MS = LAST_DAY * 86_400_000;
const CADENCE = [
  { days: [0, 0], every: '15m' },
  { days: [1, 7], every: '4h' },
  { days: [8, 30], every: '24h' },
];

/** Reads the text of the file. What is wrong is told in one line that names the supplier and the key. */
export function readSuppliersFile(text: string, env: Env): readonly SupplierConfig[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) throw new ConfigError('is not a JSON list of suppliers');
  const suppliers = list.map((entry: unknown, index) => readSupplier(entry, index, env));
  const ids = new Set<string>();
  const sellers = new Map<number, string>();
  for (const { id, products } of suppliers) {
    if (ids.has(id)) wrong(id, 'id', 'is the id of two suppliers');
    ids.add(id);
    for (const product of products) {
      const seller = sellers.get(product);
      if (seller !== undefined) wrong(id, 'products', `has ${product}, which supplier ${seller} has too`);
      sellers.set(product, id);
    }
  }
  return suppliers;
}

function readSupplier(entry: unknown, index: number, env: Env): SupplierConfig {
  if (!isObject(entry)) throw new ConfigError(`supplier ${index + 1} is not a JSON object`);
  const { id } = entry;
  if (typeof id !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(id)) {
    throw new ConfigError(`supplier ${index + 1}, id: ${shown(id)} is not 1 to 63 letters, digits, - and _`);
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) wrong(id, shown(unknown), `is unknown; there are ${KEYS.join(', ')}`);
  const adapter = readAdapter(id, entry.adapter);
  const { byProduct } = ADAPTERS[adapter];
  const misplaced = !byProduct && BY_PRODUCT_ONLY.find((key) => key in entry);
  if (misplaced) wrong(id, misplaced, 'is only for per-date suppliers: a snapshot is pulled as a whole');
  return {
    id,
    adapter,
    baseUrl: readBaseUrl(id, entry.base_url),
    apiKey: readApiKey(id, entry.api_key_env, env),
    pullLimits: readPullLimits(id, entry.pull_limits),
    products: byProduct ? readProducts(id, entry.products) : [],
    timeZone: readTimeZone(id, entry.time_zone),
    cadence: byProduct ? readCadence(id, entry.cadence) : [],
  };
}

function readAdapter(id: string, value: unknown): keyof typeof ADAPTERS {
  const names = Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[];
  const adapter = names.find((name) => name === value);
  return adapter ?? wrong(id, 'adapter', `${shown(value)} is not one of ${names.join(', ')}`);
}

/** The URL itself is not shown: what is wrong with it may be the password in it. */
function readBaseUrl(id: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !isHttp || url.username || url.password || /[?#\s\\]/.test(String(value))) {
    return wrong(id, 'base_url', 'is not an http or https URL without credentials, query or fragment');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readApiKey(id: string, name: unknown, env: Env): Secret | undefined {
  if (name === undefined) return undefined;
  // Lower case is refused, and not shown, because it may be the key itself, put where its variable's name belongs.
  if (typeof name !== 'string' || !/^[A-Z_][A-Z0-9_]{0,99}$/.test(name)) {
    return wrong(id, 'api_key_env', 'is not the name of a variable such as CITY_TOURS_KEY');
  }
  const key = env[name] || undefined;
  if (key === undefined) return wrong(id, 'api_key_env', `names ${name}, which is not set`);
  if (!/^[\x21-\x7e]+$/.test(key)) return wrong(id, 'api_key_env', `names ${name}, which no HTTP header can carry`);
  return new Secret(key);
}

function readPullLimits(id: string, value: unknown): SupplierConfig['pullLimits'] {
  return readList(id, 'pull_limits', value, 'limits such as "30/1m"').map((text) => {
    const [, pulls = '', length = ''] = /^([1-9]\d{0,5})\/(.+)$/.exec(typeof text === 'string' ? text : '') ?? [];
    const windowMs = parseDurationMs(length);
    if (!windowMs || windowMs > LONGEST_MS) {
      return wrong(id, 'pull_limits', `${shown(text)} is not a limit such as "30/1m"`);
    }
    return { pulls: Number(pulls), windowMs };
  });
}

function readProducts(id: string, value: unknown): readonly number[] {
  const products = readList(id, 'products', value, 'product ids').map((product) =>
    typeof product === 'number' && Number.isSafeInteger(product) && product > 0
      ? product
      : wrong(id, 'products', `${shown(product)} is not a whole number from 1 to 2^53-1`),
  );
  const twice = products.find((product, index) => products.indexOf(product) !== index);
  return twice === undefined ? products : wrong(id, 'products', `has ${twice} twice`);
}

function readTimeZone(id: string, value: unknown): string {
  if (value === undefined) return 'UTC';
  if (typeof value === 'string' && isTimeZone(value)) return value;
  return wrong(id, 'time_zone', `${shown(value)} is not a time zone such as Asia/Singapore`);
}

function readCadence(id: string, value: unknown): SupplierConfig['cadence'] {
  const bands = value === undefined ? CADENCE : readList(id, 'cadence', value, 'bands of days');
  let nextDay = 0;
  return bands.map((band) => {
    const { days, every, ...others } = isObject(band) ? band : {};
    const [fromDay, toDay, ...more]: readonly unknown[] = Array.isArray(days) ? days : [];
    const everyMs = parseDurationMs(typeof every === 'string' ? every : '');
    if (
      !isDay(fromDay) ||
      !isDay(toDay) ||
      more.length > 0 ||
      !everyMs ||
      everyMs > LONGEST_MS ||
      Object.keys(others).length > 0
    ) {
      return wrong(
        id,
        'cadence',
        `${shown(band)} is not a band such as {"days":[1,7],"every":"4h"}, to day ${LAST_DAY}`,
      );
    }
    if (fromDay !== nextDay) wrong(id, 'cadence', `${shown(band)} should begin at day ${nextDay}`);
    if (toDay < fromDay) wrong(id, 'cadence', `${shown(band)} ends before it begins`);
    nextDay = toDay + 1;
    return { days: [fromDay, toDay] as const, everyMs };
  });
}

function isDay(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_DAY;
}

function readList(id: string, key: string, value: unknown, of: string): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : wrong(id, key, `is not a list of one or more ${of}`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Where it breaks off, and not what stands there: the parser repeats whatever that is, over several lines.
    const [, place = ''] = /( at position \d+ \(line \d+ column \d+\))/.exec(String(error)) ?? [];
    throw new ConfigError(`is not JSON${place}`);
  }
}

/** On one line, whatever it is, and not without end. */
function shown(value: unknown): string {
  const text = (JSON.stringify(value) ?? 'nothing').replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function wrong(supplier: string, key: string, what: string): never {
  throw new ConfigError(`supplier ${supplier}, ${key}: ${what}`);
}
