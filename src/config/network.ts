import { isAddressOrRange } from '../platform/address-ranges.ts';
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
  /** The addresses and ranges that webhooks may reach although they are not public, over plain http too. */
  readonly webhookAllow: readonly string[];
  /** Whether every request is logged. */
  readonly isAccessLogOn: boolean;
}

/** @throws ConfigError */
export function readNetwork(env: Env, isAuthOn: boolean): NetworkConfig {
  return Object.freeze({
    trustProxy: readRanges(env, 'TRUST_PROXY'),
    corsOrigins: readOrigins(env),
    rateLimit: readRateLimit(env, 'RATE_LIMIT', isAuthOn ? '600/1m' : 'off'),
    rateLimitAnonymous: readRateLimit(env, 'RATE_LIMIT_ANONYMOUS', isAuthOn ? '60/1m' : 'off'),
    webhookAllow: readRanges(env, 'WEBHOOK_ALLOW') ?? [],
    isAccessLogOn: readChoice(env, 'ACCESS_LOG', ['off', 'on'], 'off') === 'on',
  });
}

function readRanges(env: Env, name: string): string[] | undefined {
  return readList(env, name, isAddressOrRange, 'an IP address or a CIDR range');
}

/** Reads a list that is separated by commas; `undefined` if it is not set. */
function readList(env: Env, name: string, isValid: (text: string) => boolean, kind: string): string[] | undefined {
  if (!env[name]) return undefined;
  const texts = env[name].split(',').map((text) => text.trim());
  const wrong = texts.find((text) => !isValid(text));
  if (wrong !== undefined) throw new ConfigError(`${name} has ${JSON.stringify(wrong)}, which is not ${kind}`);
  return texts;
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
