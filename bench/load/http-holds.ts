import type { BenchRun } from '../figure.ts';
import { startNode } from '../processes/server-process.ts';
import { countReservations, type Template } from '../stock/bench-database.ts';
import { randomHold } from '../stock/hold-stock.ts';
import { type HoldRate, loadHolds } from './hold-load.ts';

const LOAD = { connections: 256, warmUpMs: 2_000, durationMs: 5_000, body: randomHold };

export const HTTP_LOAD_NOTE = `HTTP load: ${LOAD.connections} keep-alive connections over raw sockets, no pipelining, from one Node process on the same machine; ${LOAD.warmUpMs / 1_000} s to warm up, ${LOAD.durationMs / 1_000} s counted`;

/**
 * Durable holds per second through HTTP: a server of its own on a fresh copy, loaded, and its answers counted
 * against the rows that are there when it has stopped.
 */
export async function measureHttpHolds(run: BenchRun, template: Template, entry: readonly string[]): Promise<number> {
  await using copy = await template.copy();
  const rate = await loadServer(run, copy.url, entry);
  const rows = await countReservations(copy.url);
  if (rows !== rate.held) throw new Error(`${rate.held} holds were answered and ${rows} reservations are there`);
  return rate.perSecond;
}

async function loadServer(run: BenchRun, url: string, entry: readonly string[]): Promise<HoldRate> {
  const env = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', HOLD_TTL: '30m', LOG_LEVEL: 'warn' };
  await using server = await startNode(entry, env, run.profileDir);
  return await loadHolds(server.address, LOAD);
}
