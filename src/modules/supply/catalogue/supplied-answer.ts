import type { FastifyReply, FastifyRequest } from 'fastify';
import { combineServed, type ReadyBody, type Served, type ServedAge, sendValidated } from '../../../freshness/index.ts';

/** An answer made from suppliers' data. */
export interface SuppliedAnswer {
  readonly body: ReadyBody;
  readonly age: SuppliedAge;
}

/** The age of suppliers' data, which is older than the copy of it in memory. */
export interface SuppliedAge extends Pick<ServedAge, 'lookup' | 'origin'> {
  /** Age of the oldest partition, in milliseconds; `undefined` if none was ever pulled. */
  readonly ageMs: number | undefined;
  /** `ageMs` at which the first partition reaches its target age; `undefined` if none has one. */
  readonly targetAgeMs: number | undefined;
  /** Whether a partition that has a target age was never pulled. */
  readonly isIncomplete: boolean;
}

/** One partition of an answer, as its view served it. */
export interface ServedPartition {
  readonly served: Served<{ readonly observedMs: number }>;
  /** `undefined` for a partition that the cadence does not cover. */
  readonly targetAgeMs: number | undefined;
}

/**
 * The age of an answer made from partitions. A partition is as old as its observation or as the load of our own claims,
 * whichever is older. Partitions that were never pulled have no age, and count only if none was.
 */
export function combineSupplied(partitions: readonly ServedPartition[], nowMs: number): SuppliedAge {
  const wasPulled = partitions.some(({ served }) => served.value !== undefined);
  const ages = partitions.map(({ served, targetAgeMs = Number.POSITIVE_INFINITY }): ServedAge => {
    if (served.value) {
      return { ...served, ageMs: Math.max(nowMs - served.value.observedMs, served.ageMs), boundMs: targetAgeMs };
    }
    return { ...served, ageMs: 0, boundMs: wasPulled ? Number.POSITIVE_INFINITY : targetAgeMs };
  });
  const { ageMs, boundMs, lookup, origin } = combineServed(ages, Number.POSITIVE_INFINITY);
  return {
    ageMs: wasPulled ? ageMs : undefined,
    targetAgeMs: Number.isFinite(boundMs) ? boundMs : undefined,
    isIncomplete: partitions.some(({ served, targetAgeMs }) => !served.value && targetAgeMs !== undefined),
    lookup,
    origin,
  };
}

/**
 * Sends an answer with the age of the suppliers' data.
 *
 * `max-age` is the target age. The supplier's limits decide whether it is met: an answer past it is sent all the same,
 * with an `Age` above `max-age` and `detail=stale`. `no-cache` makes clients revalidate, because a hold changes the
 * answer at once, however fresh the supplier's data is.
 */
export function sendSupplied(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, age }: SuppliedAnswer,
): FastifyReply {
  const { ageMs, targetAgeMs } = age;
  const maxAge = targetAgeMs === undefined ? '' : `max-age=${Math.floor(targetAgeMs / 1_000)}, `;
  reply.header('cache-control', `${maxAge}no-cache`);
  if (ageMs !== undefined) reply.header('age', String(Math.ceil(ageMs / 1_000)));
  reply.header('cache-status', cacheStatusOf(age));
  return sendValidated(request, reply, body);
}

/** RFC 9211. */
function cacheStatusOf(age: SuppliedAge): string {
  const { ageMs, targetAgeMs, lookup, origin } = age;
  const hitOrForward = origin === 'source' ? `fwd=${lookup === 'request' ? 'request' : 'miss'}` : 'hit';
  const ttl =
    ageMs === undefined || targetAgeMs === undefined ? [] : [`ttl=${Math.floor((targetAgeMs - ageMs) / 1_000)}`];
  return ['Holdfast', hitOrForward, ...ttl, ...detailOf(age)].join('; ');
}

function detailOf({ ageMs, targetAgeMs, isIncomplete }: SuppliedAge): string[] {
  if (ageMs === undefined) return ['detail=never-pulled'];
  if (targetAgeMs !== undefined && ageMs > targetAgeMs) return ['detail=stale'];
  return isIncomplete ? ['detail=incomplete'] : [];
}
