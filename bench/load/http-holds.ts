import type { BenchRun } from '../figure.ts';
import { startNode } from '../processes/server-process.ts';
import type { Template } from '../stock/bench-database.ts';
import { randomHold, verifyHolds } from '../stock/hold-stock.ts';
import { type HoldRate, loadHolds } from './hold-load.ts';

const LOAD = { connections: 256, warmUpMs: 2_000, durationMs: 5_000, body: randomHold };

export const HTTP_LOAD_NOTE = `HTTP load: ${LOAD.connections} keep-alive connections over raw sockets, no pipelining, from one Node process on the same machine; ${LOAD.warmUpMs / 1_000} s to warm up, ${LOAD.durationMs / 1_000} s counted`;

/**
 * Measures durable holds per second through HTTP, with a new server on a fresh copy of the database. After the server
 * has stopped, the number of its answers is compared with the number of reservations.
 */
export async function measureHttpHolds(run: BenchRun, template: Template, entry: readonly string[]): Promise<number> {
  await using copy = await template.copy();
  const rate = await loadServer(run, copy.url, entry);
  await verifyHolds(copy.url, rate.held);
  return rate.perSecond;
}

async function loadServer(run: BenchRun, url: string, entry: readonly string[]): Promise<HoldRate> {
  const env = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', HOLD_TTL: '30m', LOG_LEVEL: 'warn' };
  await using server = await startNode(entry, env, run.profileDir);
  return await loadHolds(server.address, LOAD);
}
