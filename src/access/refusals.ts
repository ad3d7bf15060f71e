import type { FastifyRequest } from 'fastify';
import type { Metrics } from '../platform/metrics.ts';
import { Forbidden, Unauthenticated } from './access-failures.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import { actorOf } from './principal.ts';

/** Log lines about refusals of one principal: more would let it fill the log. */
const LOG_LIMIT = { requests: 5, windowMs: 60_000 };

/** Refuses requests, counts the refusals, and logs those that a person should know of. */
export class Refusals {
  #unauthenticated = 0;
  readonly #logged = new RateLimiter(LOG_LIMIT);

  unauthenticated(): Unauthenticated {
    this.#unauthenticated += 1;
    return new Unauthenticated();
  }

  /** @param request its principal's role may not use the route */
  forbidden({ principal, method, routeOptions, id, log }: FastifyRequest): Forbidden {
    if (this.#logged.fromMemory(principal.scope)?.isAdmitted) {
      const route = `${method} ${routeOptions.url}`;
      log.warn({ reqId: id, route, actor: actorOf(principal) }, 'the role may not use the route');
    }
    return new Forbidden(`The role ${principal.role} may not use this`);
  }

  /** Registers the counters of refusals, those of the limits included. */
  register(metrics: Metrics, limits: RequestLimits): void {
    metrics.counter('holdfast_unauthenticated_total', 'Requests refused for their credentials', [], () => [
      { labels: {}, value: this.#unauthenticated },
    ]);
    metrics.counter('holdfast_rate_limited_total', 'Requests refused for their rate', ['kind'], () =>
      Object.entries(limits.refused).map(([kind, value]) => ({ labels: { kind }, value })),
    );
  }
}
