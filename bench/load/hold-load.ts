import { formatRequest } from './http-connection.ts';
import { type HttpLoad, loadServer } from './http-load.ts';

export interface HoldLoad extends Pick<HttpLoad, 'connections' | 'warmUpMs' | 'durationMs' | 'pid'> {
  /** The body of the next `POST /client/reserve`. */
  body(): string;
  /** More headers: lines that end with `\r\n`. */
  readonly headers?: string;
}

export interface HoldRate {
  readonly perSecond: number;
  /** Number of 201 answers, the warm-up included. The database must have as many reservations afterwards. */
  readonly held: number;
  /** User and system time of the process per answer, in microseconds; NaN without a process. */
  readonly processorUs: number;
}

/**
 * Sends holds as fast as the server answers. Any answer other than 201 is an error: a refusal is cheaper than a hold and
 * must not be counted as a hold.
 */
export async function loadHolds(address: URL, load: HoldLoad): Promise<HoldRate> {
  let held = 0;
  const { headers = '' } = load;
  const { perSecond, processorUs } = await loadServer(address, {
    ...load,
    request: () => formatRequest(address, 'POST', '/client/reserve', load.body(), headers),
    check({ status, body }) {
      if (status !== 201) throw new Error(`a hold returned ${status}: ${body}`);
      held += 1;
    },
  });
  return { perSecond, held, processorUs };
}
