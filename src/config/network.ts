import { isIPv4, isIPv6 } from 'node:net';
import { parseDurationMs } from '../platform/time/duration.ts';
import { ConfigError } from './config-error.ts';
import { type Env, readChoice } from './env.ts';

/** So many requests in every window of time. */
interface RateLimitConfig {
  readonly requests: number;
  readonly windowMs: number;
}

/** Settings about who connects, from where and how often. */
export interface NetworkConfig {
  /** The addresses and ranges of proxies whose `X-Forwarded-*` headers are believed; `undefined` for none. */
  readonly trustProxy: readonly string[] | undefined;
  /** The origins whose pages may read answers, or `*` for all, without credentials; `undefined` for none. */
  readonly corsOrigins: readonly string[] | '*' | undefined;
  /** The limit of each principal. */
  readonly rateLimit: RateLimitConfig | undefined;
  /** The limit of each address, for requests without valid credentials. */
  readonly rateLimitAnonymous: RateLimitConfig | undefined;
  /** Whether every request is logged. */
  readonly isAccessLogOn: boolean;
}

/** @throws ConfigError */
export function readNetwork(env: Env, isAuthOn: boolean): NetworkConfig {
  return Object.freeze({
    trustProxy: readList(env, 'TRUST_PROXY', (text) => isAddressOrRange(text), 'an IP address or a CIDR range'),
    corsOrigins: readOrigins(env),
    rateLimit: readRateLimit(env, 'RATE_LIMIT', isAuthOn ? '600/1m' : 'off'),
    rateLimitAnonymous: readRateLimit(env, 'RATE_LIMIT_ANONYMOUS', isAuthOn ? '60/1m' : 'off'),
    isAccessLogOn: readChoice(env, 'ACCESS_LOG', ['off', 'on'], 'off') === 'on',
  });
}

/** Reads a list that is separated by commas; `undefined` if it is not set. */
function readList(env: Env, name: string, isValid: (text: string) => boolean, kind: string): string[] | undefined {
  if (!env[name]) return undefined;
  const texts = env[name].split(',').map((text) => text.trim());
  const wrong = texts.find((text) => !isValid(text));
  if (wrong !== undefined) throw new ConfigError(`${name} has ${JSON.stringify(wrong)}, which is not ${kind}`);
  return texts;
}

function isAddressOrRange(text: string): boolean {
  const [, address = '', prefix = ''] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : 0;
  // A range of all addresses would believe everyone.
  return bits > 0 && (prefix === '' || (Number(prefix) >= 1 && Number(prefix) <= bits));
}

function readOrigins(env: Env): NetworkConfig['corsOrigins'] {
  const kind = 'an origin such as https://shop.example';
  const origins = readList(env, 'CORS_ORIGINS', (text) => text === '*' || isOrigin(text), kind);
  if (!origins?.includes('*')) return origins;
  if (origins.length > 1)
    throw new ConfigError('CORS_ORIGINS has * beside other origins. Use it alone or leave it out');
  return '*';
}

/** Whether a text is an origin as browsers send it, which is compared byte by byte. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text && !text.includes('*');
}

const MAX_WINDOW_MS = 86_400_000;

function readRateLimit(env: Env, name: string, fallback: string): RateLimitConfig | undefined {
  const text = env[name] || fallback;
  if (text === 'off') return undefined;
  const [, count = '', window = ''] = /^([1-9]\d{0,8})\/(\w+)$/.exec(text) ?? [];
  const windowMs = parseDurationMs(window) ?? 0;
  if (count === '' || windowMs % 1_000 !== 0 || windowMs < 1_000 || windowMs > MAX_WINDOW_MS) {
    throw new ConfigError(`${name}=${text} is neither off nor a limit such as 600/1m, with a window from 1s to 1d`);
  }
  return { requests: Number(count), windowMs };
}
