import { performance } from 'node:perf_hooks';
import { type HttpAnswer, HttpConnection } from './http-connection.ts';

export interface HttpLoad {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The next request, as `formatRequest` or `formatGet` wrote it. */
  request(): string;
  /** Throws when an answer is not what the figure is about. */
  check(answer: HttpAnswer, request: string): void;
}

export interface HttpRate {
  readonly perSecond: number;
  /** The part of the counted time for which this process had work; near 1 it may be what sets the rate. */
  readonly generatorBusy: number;
}

/** Asks as fast as the server answers, each connection waiting for its answer before it asks again. */
export async function loadServer(address: URL, load: HttpLoad): Promise<HttpRate> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(address)));
  const from = performance.now() + load.warmUpMs;
  const until = from + load.durationMs;
  let counted = 0;
  let before = performance.eventLoopUtilization();
  const warm = setTimeout(() => {
    before = performance.eventLoopUtilization();
  }, load.warmUpMs);
  const ask = async (connection: HttpConnection) => {
    for (let now = 0; now < until; ) {
      const request = load.request();
      load.check(await connection.send(request), request);
      now = performance.now();
      if (now >= from && now < until) counted += 1;
    }
  };
  try {
    await Promise.all(connections.map(ask));
  } finally {
    clearTimeout(warm);
    for (const connection of connections) connection.close();
  }
  const { utilization } = performance.eventLoopUtilization(before);
  return { perSecond: (counted * 1_000) / load.durationMs, generatorBusy: utilization };
}
