import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { processorUs } from '../processes/processor-time.ts';
import { type HttpAnswer, HttpConnection } from './http-connection.ts';

export interface HttpLoad {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The process whose processor time is counted. */
  readonly pid?: number;
  /** The next request, from `formatRequest` or `formatGet`. */
  request(): string;
  /** Throws if an answer is not one that the figure measures. */
  check(answer: HttpAnswer, request: string): void;
}

export interface HttpRate {
  readonly perSecond: number;
  /** Share of the measured time for which this process was busy. Near 1, this process may limit the rate. */
  readonly generatorBusy: number;
  /** User and system time of the process per answer, in microseconds; NaN without a process. */
  readonly processorUs: number;
}

/** Sends requests as fast as the server answers. Each connection waits for its answer before its next request. */
export async function loadServer(address: URL, load: HttpLoad): Promise<HttpRate> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(address)));
  const spentUs = () => (load.pid === undefined ? Number.NaN : processorUs(load.pid));
  let answers = 0;
  let isDone = false;
  const sendRequests = async (connection: HttpConnection) => {
    while (!isDone) {
      const request = load.request();
      load.check(await connection.send(request), request);
      answers += 1;
    }
  };
  const measure = async () => {
    await delay(load.warmUpMs);
    const before = { answers, at: performance.now(), spentUs: spentUs(), loop: performance.eventLoopUtilization() };
    await delay(load.durationMs);
    isDone = true;
    const counted = answers - before.answers;
    return {
      perSecond: (counted * 1_000) / (performance.now() - before.at),
      generatorBusy: performance.eventLoopUtilization(before.loop).utilization,
      processorUs: (spentUs() - before.spentUs) / counted,
    };
  };
  try {
    const [rate] = await Promise.all([measure(), ...connections.map(sendRequests)]);
    return rate;
  } finally {
    isDone = true;
    for (const connection of connections) connection.close();
  }
}
