import type { FastifyReply } from 'fastify';
import type { Served } from '../../../freshness/index.ts';

/** How old what a supplier told us is, and how old it was asked to be at most. */
export interface SupplyAge {
  /** `undefined`: it was never pulled. */
  readonly ageMs: number | undefined;
  /** `undefined`: nobody asks for it to be pulled. */
  readonly askedMs: number | undefined;
  /** Whether some of what the answer should be made from was never pulled. */
  readonly incomplete?: boolean;
}

/**
 * `max-age` tells the age that is asked for. It is a wish: what a supplier's limits allow decides, and an answer past
 * it goes out all the same, with an `Age` above `max-age` and `detail=stale`. Nobody may use a copy without asking,
 * since a hold changes the answer at once, however young the supplier's own word is.
 */
export function tellSupplyAge(
  reply: FastifyReply,
  how: Pick<Served<unknown>, 'lookup' | 'origin'>,
  age: SupplyAge,
): void {
  const { ageMs, askedMs } = age;
  const maxAge = askedMs === undefined ? '' : `max-age=${Math.floor(askedMs / 1_000)}, `;
  reply.header('cache-control', `${maxAge}no-cache`);
  if (ageMs !== undefined) reply.header('age', String(Math.ceil(ageMs / 1_000)));
  const memory = how.origin === 'source' ? `fwd=${how.lookup === 'request' ? 'request' : 'miss'}` : 'hit';
  const ttl = ageMs === undefined || askedMs === undefined ? [] : [`ttl=${Math.floor((askedMs - ageMs) / 1_000)}`];
  reply.header('cache-status', ['Holdfast', memory, ...ttl, ...detailOf(age)].join('; '));
}

function detailOf({ ageMs, askedMs, incomplete }: SupplyAge): string[] {
  if (ageMs === undefined) return ['detail=never-pulled'];
  if (askedMs !== undefined && ageMs > askedMs) return ['detail=stale'];
  return incomplete ? ['detail=incomplete'] : [];
}
