import { formatRequest } from './http-connection.ts';
import { type HttpLoad, loadServer } from './http-load.ts';

export interface HoldLoad extends Pick<HttpLoad, 'connections' | 'warmUpMs' | 'durationMs'> {
  /** A body for `POST /client/reserve`. */
  body(): string;
}

export interface HoldRate {
  readonly perSecond: number;
  /** Every 201, those of the warm-up too: so many reservations must be there afterwards. */
  readonly held: number;
}

/**
 * Holds as fast as the server answers. Any answer but 201 ends it with an error: a refusal is cheaper than a hold, and
 * must not count as one.
 */
export async function loadHolds(address: URL, load: HoldLoad): Promise<HoldRate> {
  let held = 0;
  const { perSecond } = await loadServer(address, {
    ...load,
    request: () => formatRequest(address, 'POST', '/client/reserve', load.body()),
    check({ status, body }) {
      if (status !== 201) throw new Error(`a hold was answered ${status}: ${body}`);
      held += 1;
    },
  });
  return { perSecond, held };
}
