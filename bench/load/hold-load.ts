import { formatRequest } from './http-connection.ts';
import { type HttpLoad, loadServer } from './http-load.ts';

export interface HoldLoad extends Pick<HttpLoad, 'connections' | 'warmUpMs' | 'durationMs'> {
  /** The body of the next `POST /client/reserve`. */
  body(): string;
}

export interface HoldRate {
  readonly perSecond: number;
  /** Number of 201 answers, the warm-up included. The database must have as many reservations afterwards. */
  readonly held: number;
}

/**
 * Sends holds as fast as the server answers. Any answer other than 201 is an error: a refusal is cheaper than a hold and
 * must not be counted as a hold.
 */
export async function loadHolds(address: URL, load: HoldLoad): Promise<HoldRate> {
  let held = 0;
  const { perSecond } = await loadServer(address, {
    ...load,
    request: () => formatRequest(address, 'POST', '/client/reserve', load.body()),
    check({ status, body }) {
      if (status !== 201) throw new Error(`a hold returned ${status}: ${body}`);
      held += 1;
    },
  });
  return { perSecond, held };
}
