import { parseDurationMs } from '../platform/time/duration.ts';
import { isTimeZone } from '../platform/time/instant.ts';
import { ConfigError } from './config-error.ts';
import type { Env } from './env.ts';
import { isObject, parseJson, quote } from './json-file.ts';
import { Secret } from './secret.ts';

/** A supplier of `SUPPLIERS_FILE`, validated. */
export interface SupplierConfig {
  readonly id: string;
  readonly adapter: keyof typeof ADAPTERS;
  /** Has no trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
  readonly pullLimits: readonly { readonly pulls: number; readonly windowMs: number }[];
  readonly products: readonly number[];
  readonly timeZone: string;
  readonly cadence: readonly { readonly days: readonly [number, number]; readonly everyMs: number }[];
}

/** The adapters, and whether they pull by product or everything at once. */
const ADAPTERS = { 'per-date': { byProduct: true }, snapshot: { byProduct: false } } as const;
const KEYS = ['id', 'adapter', 'base_url', 'api_key_env', 'pull_limits', 'products', 'time_zone', 'cadence'];
const BY_PRODUCT_ONLY = ['products', 'cadence'];
const LAST_DAY = 60;
const LONGEST_MS = LAST_DAY * 86_400_000;
const DEFAULT_CADENCE = [
  { days: [0, 0], every: '15m' },
  { days: [1, 7], every: '4h' },
  { days: [8, 30], every: '24h' },
];

/** Parses the file. An error is one line that names the supplier and the key. */
export function readSuppliersFile(text: string, env: Env): readonly SupplierConfig[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) throw new ConfigError('must be a JSON list of suppliers');
  const suppliers = list.map((entry: unknown, index) => readSupplier(entry, index, env));
  const ids = new Set<string>();
  const sellers = new Map<number, string>();
  for (const { id, products } of suppliers) {
    if (ids.has(id)) wrong(id, 'id', 'is used by two suppliers');
    ids.add(id);
    for (const product of products) {
      const seller = sellers.get(product);
      if (seller !== undefined) wrong(id, 'products', `must not contain ${product}, which supplier ${seller} sells`);
      sellers.set(product, id);
    }
  }
  return suppliers;
}

function readSupplier(entry: unknown, index: number, env: Env): SupplierConfig {
  if (!isObject(entry)) throw new ConfigError(`supplier ${index + 1}: must be a JSON object`);
  const { id } = entry;
  if (typeof id !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(id)) {
    throw new ConfigError(`supplier ${index + 1}, id: must be 1 to 63 letters, digits, - and _, not ${quote(id)}`);
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) wrong(id, quote(unknown), `is not a known key; use ${KEYS.join(', ')}`);
  const adapter = readAdapter(id, entry.adapter);
  const { byProduct } = ADAPTERS[adapter];
  const misplaced = !byProduct && BY_PRODUCT_ONLY.find((key) => key in entry);
  if (misplaced) wrong(id, misplaced, 'is allowed for per-date suppliers only');
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
  return adapter ?? wrong(id, 'adapter', `must be ${names.join(' or ')}, not ${quote(value)}`);
}

/** The message does not quote the URL, which may contain a password. */
function readBaseUrl(id: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !isHttp || url.username || url.password || /[?#\s\\]/.test(String(value))) {
    return wrong(id, 'base_url', 'must be an http or https URL without credentials, query and fragment');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readApiKey(id: string, name: unknown, env: Env): Secret | undefined {
  if (name === undefined) return undefined;
  // Lower case is refused and not quoted, because it may be the key itself in the place of the variable's name.
  if (typeof name !== 'string' || !/^[A-Z_][A-Z0-9_]{0,99}$/.test(name)) {
    return wrong(id, 'api_key_env', 'must be the name of an environment variable such as CITY_TOURS_KEY');
  }
  const key = env[name] || undefined;
  if (key === undefined) return wrong(id, 'api_key_env', `names ${name}, which is not set`);
  if (!/^[\x21-\x7e]+$/.test(key))
    return wrong(id, 'api_key_env', `names ${name}, whose value cannot be sent in an HTTP header`);
  return new Secret(key);
}

function readPullLimits(id: string, value: unknown): SupplierConfig['pullLimits'] {
  return readList(id, 'pull_limits', value, 'limits such as "30/1m"').map((text) => {
    const [, pulls = '', length = ''] = /^([1-9]\d{0,5})\/(.+)$/.exec(typeof text === 'string' ? text : '') ?? [];
    const windowMs = parseDurationMs(length);
    if (!windowMs || windowMs > LONGEST_MS) {
      return wrong(id, 'pull_limits', `must contain limits such as "30/1m", not ${quote(text)}`);
    }
    return { pulls: Number(pulls), windowMs };
  });
}

function readProducts(id: string, value: unknown): readonly number[] {
  const products = readList(id, 'products', value, 'product ids').map((product) =>
    typeof product === 'number' && Number.isSafeInteger(product) && product > 0
      ? product
      : wrong(id, 'products', `must contain whole numbers from 1 to 2^53-1, not ${quote(product)}`),
  );
  const repeated = products.find((product, index) => products.indexOf(product) !== index);
  return repeated === undefined ? products : wrong(id, 'products', `must not contain ${repeated} twice`);
}

function readTimeZone(id: string, value: unknown): string {
  if (value === undefined) return 'UTC';
  if (typeof value === 'string' && isTimeZone(value)) return value;
  return wrong(id, 'time_zone', `must be a time zone such as Asia/Singapore, not ${quote(value)}`);
}

function readCadence(id: string, value: unknown): SupplierConfig['cadence'] {
  const rules = value === undefined ? DEFAULT_CADENCE : readList(id, 'cadence', value, 'rules');
  let nextDay = 0;
  return rules.map((rule) => {
    const { days, everyMs } = readCadenceRule(id, rule);
    const [firstDay, lastDay] = days;
    if (firstDay !== nextDay) wrong(id, 'cadence', `rule ${quote(rule)} must start at day ${nextDay}`);
    if (lastDay < firstDay) wrong(id, 'cadence', `rule ${quote(rule)} must not end before it starts`);
    nextDay = lastDay + 1;
    return { days, everyMs };
  });
}

function readCadenceRule(id: string, rule: unknown): SupplierConfig['cadence'][number] {
  const { days, every, ...others } = isObject(rule) ? rule : {};
  const [firstDay, lastDay, ...more]: readonly unknown[] = Array.isArray(days) ? days : [];
  const everyMs = parseDurationMs(typeof every === 'string' ? every : '');
  const hasExtras = more.length > 0 || Object.keys(others).length > 0;
  if (!isDay(firstDay) || !isDay(lastDay) || !everyMs || everyMs > LONGEST_MS || hasExtras) {
    const example = `{"days":[1,7],"every":"4h"}`;
    return wrong(id, 'cadence', `must contain rules such as ${example}, up to day ${LAST_DAY}, not ${quote(rule)}`);
  }
  return { days: [firstDay, lastDay], everyMs };
}

function isDay(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_DAY;
}

function readList(id: string, key: string, value: unknown, content: string): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : wrong(id, key, `must be a list of ${content}, not empty`);
}

function wrong(supplier: string, key: string, problem: string): never {
  throw new ConfigError(`supplier ${supplier}, ${key}: ${problem}`);
}
