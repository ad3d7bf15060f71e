import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RedisLink } from '../../platform/redis-link.ts';
import { RateLimited } from '../access-failures.ts';
import type { Principal } from '../principal.ts';
import { limitedAddress } from './client-address.ts';
import { type Decision, type RateLimit, RateLimiter } from './rate-limiter.ts';
import { RedisWindows } from './redis-windows.ts';

export interface RequestLimitsOptions {
  /** The limit of each principal; `undefined` for none. */
  readonly rateLimit: RateLimit | undefined;
  /** The limit of each address; `undefined` for none. */
  readonly rateLimitAnonymous: RateLimit | undefined;
  /** The Redis of all instances, and the name of their database in it. */
  readonly redis: { readonly link: RedisLink; readonly installation: string } | undefined;
}

/** The names of the policies in answers: that of principals, and that of addresses without valid credentials. */
type Kind = 'default' | 'anonymous';

/** The limits of requests: one for each principal, and one for each address without valid credentials. */
export class RequestLimits {
  /** Requests refused since the start. */
  readonly refused: Record<Kind, number> = { default: 0, anonymous: 0 };
  readonly areOn: boolean;
  readonly #principals: RateLimiter | undefined;
  readonly #addresses: RateLimiter | undefined;
  /** The `RateLimit-Policy` of answers; `undefined` without a limit. */
  readonly #policies: Readonly<Record<Kind, string | undefined>>;

  constructor({ rateLimit, rateLimitAnonymous, redis }: RequestLimitsOptions) {
    this.areOn = rateLimit !== undefined || rateLimitAnonymous !== undefined;
    const shared = redis && this.areOn ? new RedisWindows(redis.link, redis.installation) : undefined;
    this.#principals = rateLimit && new RateLimiter(rateLimit, shared);
    this.#addresses = rateLimitAnonymous && new RateLimiter(rateLimitAnonymous, shared);
    this.#policies = {
      default: rateLimit && policyOf('default', rateLimit),
      anonymous: rateLimitAnonymous && policyOf('anonymous', rateLimitAnonymous),
    };
  }

  /** The `RateLimit-Policy` of answers to a principal; `undefined` without a limit. */
  get principalPolicy(): string | undefined {
    return this.#policies.default;
  }

  /** Counts a request of a principal. @throws RateLimited */
  async admitPrincipal({ scope }: Principal, reply: FastifyReply): Promise<void> {
    await this.#admit('default', this.#principals, scope, reply);
  }

  /** Counts a request of an address. @throws RateLimited */
  async admitAddress({ ip }: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.#admit('anonymous', this.#addresses, `address:${limitedAddress(ip)}`, reply);
  }

  /** Whether memory alone can admit a request of a principal. */
  canAdmit({ scope }: Principal): boolean {
    return this.#principals?.canAdmit(scope) ?? true;
  }

  /** Counts a request that `canAdmit`, and returns the `RateLimit` of its answer. */
  countAdmitted({ scope }: Principal): string | undefined {
    const decision = this.#principals?.fromMemory(scope);
    return decision && stateOf('default', decision);
  }

  async #admit(kind: Kind, limiter: RateLimiter | undefined, name: string, reply: FastifyReply): Promise<void> {
    if (limiter === undefined) return;
    const decision = limiter.fromMemory(name) ?? (await limiter.decide(name));
    reply.header('ratelimit-policy', this.#policies[kind]).header('ratelimit', stateOf(kind, decision));
    if (decision.isAdmitted) return;
    this.refused[kind] += 1;
    throw new RateLimited(toSeconds(decision.resetMs));
  }
}

// The fields of draft-ietf-httpapi-ratelimit-headers: lists of policies by name, with whole seconds.

function policyOf(kind: Kind, { requests, windowMs }: RateLimit): string {
  return `"${kind}";q=${requests};w=${toSeconds(windowMs)}`;
}

function stateOf(kind: Kind, { remaining, resetMs }: Decision): string {
  return `"${kind}";r=${remaining};t=${toSeconds(resetMs)}`;
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
