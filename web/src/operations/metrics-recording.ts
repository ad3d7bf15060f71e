import { useEffect, useSyncExternalStore } from 'react';
import { readText } from '../api/server.ts';
import { latencyBuckets, type Metrics, parseMetrics, quantile, sumOf, viewsOf } from './metrics.ts';

/** What was seen at one moment, beside the moment before. Rates are a second's. */
export interface Frame {
  readonly atS: number;
  readonly hitRatio: number | null;
  readonly holds: number;
  readonly conflicts: number;
  readonly queued: number;
  readonly writeBacks: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface Recording {
  readonly frames: readonly Frame[];
  readonly metrics: Metrics | undefined;
  readonly error: Error | null;
}

const EVERY_MS = 2_000;
const KEPT_FRAMES = 150;

let recording: Recording = { frames: [], metrics: undefined, error: null };
let last: { atMs: number; metrics: Metrics } | undefined;
let watchers = 0;
let timer: number | undefined;
const listeners = new Set<() => void>();

function publish(next: Recording): void {
  recording = next;
  for (const listener of listeners) listener();
}

async function look(): Promise<void> {
  try {
    const metrics = parseMetrics(await readText('/metrics', AbortSignal.timeout(EVERY_MS * 2)));
    const atMs = Date.now();
    const frames = last === undefined ? [] : [frameOf(last, { atMs, metrics })];
    last = { atMs, metrics };
    publish({ metrics, error: null, frames: [...recording.frames, ...frames].slice(-KEPT_FRAMES) });
  } catch (error) {
    publish({ ...recording, error: error instanceof Error ? error : new Error(String(error)) });
  }
  if (watchers > 0) timer = window.setTimeout(look, EVERY_MS);
}

interface Look {
  readonly atMs: number;
  readonly metrics: Metrics;
}

function frameOf(before: Look, now: Look): Frame {
  const seconds = (now.atMs - before.atMs) / 1_000;
  const grown = (read: (metrics: Metrics) => number) => Math.max(0, read(now.metrics) - read(before.metrics));
  const hits = grown((metrics) => viewsOf(metrics).reduce((sum, view) => sum + view.hits, 0));
  const misses = grown((metrics) => viewsOf(metrics).reduce((sum, view) => sum + view.misses, 0));
  const buckets = [latencyBuckets(before.metrics), latencyBuckets(now.metrics)] as const;
  const toMs = (value: number | null) => (value === null ? null : value * 1_000);
  return {
    atS: now.atMs / 1_000,
    hitRatio: hits + misses === 0 ? null : (100 * hits) / (hits + misses),
    holds: grown(countHolds) / seconds,
    conflicts: grown(countConflicts) / seconds,
    queued: sumOf(now.metrics, 'holdfast_waiting'),
    writeBacks: sumOf(now.metrics, 'holdfast_write_backs'),
    p50Ms: toMs(quantile(...buckets, 0.5)),
    p99Ms: toMs(quantile(...buckets, 0.99)),
  };
}

const ANSWERS = 'holdfast_http_answers_total';
const HOLDS = new Set(['POST /api/v1/reservations', 'POST /client/reserve']);

function countHolds(metrics: Metrics): number {
  return sumOf(metrics, ANSWERS, ({ route, status }) => HOLDS.has(route ?? '') && status === '201');
}

/** What was refused here as taken already, and what a supplier would not have. */
function countConflicts(metrics: Metrics): number {
  const refused = sumOf(metrics, 'holdfast_write_back_attempts', ({ outcome }) => outcome === 'refused');
  return refused + sumOf(metrics, ANSWERS, ({ status }) => status === '409');
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The last five minutes of `/metrics`; looked at only while somebody watches. */
export function useRecording(): Recording {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) void look();
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      window.clearTimeout(timer);
      // Rates over the time nobody watched would be drawn as one long flat stretch.
      last = undefined;
    };
  }, []);
  return useSyncExternalStore(subscribe, () => recording);
}
