import { performance } from 'node:perf_hooks';
import { type HttpAnswer, HttpConnection } from './http-connection.ts';

export interface HttpLoad {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The next request, from `formatRequest` or `formatGet`. */
  request(): string;
  /** Throws if an answer is not one that the figure measures. */
  check(answer: HttpAnswer, request: string): void;
}

export interface HttpRate {
  readonly perSecond: number;
  /** Share of the measured time for which this process was busy. Near 1, this process may limit the rate. */
  readonly generatorBusy: number;
}

/** Sends requests as fast as the server answers. Each connection waits for its answer before its next request. */
export async function loadServer(address: URL, load: HttpLoad): Promise<HttpRate> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(address)));
  const from = performance.now() + load.warmUpMs;
  const until = from + load.durationMs;
  let counted = 0;
  let before = performance.eventLoopUtilization();
  const warm = setTimeout(() => {
    before = performance.eventLoopUtilization();
  }, load.warmUpMs);
  const sendRequests = async (connection: HttpConnection) => {
    for (let now = 0; now < until; ) {
      const request = load.request();
      load.check(await connection.send(request), request);
      now = performance.now();
      if (now >= from && now < until) counted += 1;
    }
  };
  try {
    await Promise.all(connections.map(sendRequests));
  } finally {
    clearTimeout(warm);
    for (const connection of connections) connection.close();
  }
  const { utilization } = performance.eventLoopUtilization(before);
  return { perSecond: (counted * 1_000) / load.durationMs, generatorBusy: utilization };
}
