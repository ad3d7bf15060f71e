import { formatRequest, HttpConnection } from './http-connection.ts';

export interface HoldLoad {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** A body for `POST /client/reserve`. */
  body(): string;
}

export interface HoldRate {
  readonly perSecond: number;
  /** Every 201, those of the warm-up too: so many reservations must be there afterwards. */
  readonly held: number;
}

/**
 * Holds as fast as the server answers, each connection waiting for its answer before it asks again. Any answer
 * but 201 ends it with an error: a refusal is cheaper than a hold, and must not count as one.
 */
export async function loadHolds(address: URL, load: HoldLoad): Promise<HoldRate> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(address)));
  const from = performance.now() + load.warmUpMs;
  const until = from + load.durationMs;
  let held = 0;
  let counted = 0;
  const buy = async (connection: HttpConnection) => {
    for (let now = 0; now < until; ) {
      const answer = await connection.send(formatRequest(address, 'POST', '/client/reserve', load.body()));
      if (answer.status !== 201) throw new Error(`a hold was answered ${answer.status}: ${answer.body}`);
      held += 1;
      now = performance.now();
      if (now >= from && now < until) counted += 1;
    }
  };
  try {
    await Promise.all(connections.map(buy));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { perSecond: (counted * 1_000) / load.durationMs, held };
}
