import { randomUUID } from 'node:crypto';
import type { RedisCommands, RedisLink } from '../../platform/redis-link.ts';
import type { Lease, RateLimit, SharedWindows } from './rate-limiter.ts';

// Only commands that need no further right than the shared cache has, and PTTL.
const LEASE = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = math.max(0, tonumber(ARGV[1]) - used)
local granted = math.min(left, tonumber(ARGV[2]))
if used == 0 then
  redis.call('SET', KEYS[1], granted, 'PX', ARGV[3])
elseif granted > 0 then
  redis.call('SET', KEYS[1], used + granted, 'KEEPTTL')
end
return {granted, left - granted, redis.call('PTTL', KEYS[1])}`;

/** Windows in Redis: a counter for each name, which ends with its window. Its clock alone decides when. */
export class RedisWindows implements SharedWindows {
  readonly #link: RedisLink;
  readonly #prefix: string;

  /** @param installation name of the database that the instances share: several may share one Redis */
  constructor(link: RedisLink, installation: string) {
    this.#link = link;
    this.#prefix = `holdfast:${installation}:rate`;
    link.onRecovered((commands) => this.#proveRights(commands));
  }

  get isUsable(): boolean {
    return this.#link.isUsable;
  }

  async lease(name: string, limit: RateLimit, tokens: number): Promise<Lease> {
    return leaseBy(this.#link, `${this.#prefix}:${limit.requests}/${limit.windowMs}:${name}`, limit, tokens);
  }

  /** Takes a lease twice, so that a missing right is found before Redis is in use. */
  async #proveRights(commands: RedisCommands): Promise<void> {
    const key = `${this.#prefix}:probe:${randomUUID()}`;
    for (let round = 0; round < 2; round += 1) await leaseBy(commands, key, { requests: 2, windowMs: 1_000 }, 1);
    await commands.remove([key]);
  }
}

async function leaseBy(
  { evaluate }: Pick<RedisCommands, 'evaluate'>,
  key: string,
  { requests, windowMs }: RateLimit,
  tokens: number,
): Promise<Lease> {
  const answer = await evaluate(LEASE, [key], [String(requests), String(tokens), String(windowMs)]);
  const [granted, left, endsInMs] = Array.isArray(answer) ? answer.map(Number) : [];
  if (granted === undefined || left === undefined || endsInMs === undefined) throw new Error('the lease is malformed');
  return { granted, left, endsInMs };
}
