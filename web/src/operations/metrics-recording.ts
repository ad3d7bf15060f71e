import { useEffect, useSyncExternalStore } from 'react';
import { backOffMs } from '../api/back-off.ts';
import { isDisconnected } from '../api/connection-state.ts';
import { Unreachable } from '../api/problem-message.ts';
import { fetchText } from '../api/server.ts';
import { onPrincipalChange } from '../session/session-state.ts';
import { type Metrics, parseMetrics, quantileBetween, responseTimeBuckets, sumOf, viewsOf } from './metrics.ts';

/** The server's activity between two samples. Rates are per second. */
export interface Frame {
  readonly atS: number;
  readonly hitRatio: number | null;
  readonly holds: number;
  readonly refusals: number;
  readonly waitingRequests: number;
  readonly writeBacks: number;
  readonly medianMs: number | null;
  readonly p99Ms: number | null;
}

export interface Recording {
  readonly frames: readonly Frame[];
  readonly metrics: Metrics | undefined;
  readonly error: Error | null;
}

interface TimedMetrics {
  readonly atMs: number;
  readonly metrics: Metrics;
}

const SAMPLE_EVERY_MS = 2_000;
const RETRY = { firstMs: SAMPLE_EVERY_MS, maxMs: 15_000 };
/** Five minutes. */
const MAX_FRAMES = 150;

const NOTHING: Recording = { frames: [], metrics: undefined, error: null };
let recording = NOTHING;
let previous: TimedMetrics | undefined;
let watchers = 0;
let failures = 0;
let timer: number | undefined;
const listeners = new Set<() => void>();

onPrincipalChange(() => {
  recording = NOTHING;
  previous = undefined;
});

function publish(next: Recording): void {
  recording = next;
  for (const listener of listeners) listener();
}

async function takeSample(): Promise<void> {
  try {
    // The shared probe watches for the server's return.
    if (isDisconnected()) throw new Unreachable(undefined);
    const metrics = parseMetrics(await fetchText('/metrics', AbortSignal.timeout(SAMPLE_EVERY_MS * 2)));
    const current = { atMs: Date.now(), metrics };
    const frames = previous === undefined ? [] : [frameBetween(previous, current)];
    previous = current;
    failures = 0;
    publish({ metrics, error: null, frames: [...recording.frames, ...frames].slice(-MAX_FRAMES) });
  } catch (error) {
    failures += 1;
    publish({ ...recording, error: error instanceof Error ? error : new Error(String(error)) });
  }
  if (watchers > 0)
    timer = window.setTimeout(takeSample, failures === 0 ? SAMPLE_EVERY_MS : backOffMs(failures, RETRY));
}

function frameBetween(before: TimedMetrics, after: TimedMetrics): Frame {
  const seconds = (after.atMs - before.atMs) / 1_000;
  // A counter that has fallen was reset by a restart of the server.
  const increase = (read: (metrics: Metrics) => number) => Math.max(0, read(after.metrics) - read(before.metrics));
  const hits = increase((metrics) => viewsOf(metrics).reduce((sum, view) => sum + view.hits, 0));
  const misses = increase((metrics) => viewsOf(metrics).reduce((sum, view) => sum + view.misses, 0));
  const responseTimeMs = (quantile: number) => {
    const [first, last] = [responseTimeBuckets(before.metrics), responseTimeBuckets(after.metrics)];
    const seconds = quantileBetween(first, last, quantile);
    return seconds === null ? null : seconds * 1_000;
  };
  return {
    atS: after.atMs / 1_000,
    hitRatio: hits + misses === 0 ? null : (100 * hits) / (hits + misses),
    holds: increase(countHolds) / seconds,
    refusals: increase(countRefusals) / seconds,
    waitingRequests: sumOf(after.metrics, 'holdfast_waiting'),
    writeBacks: sumOf(after.metrics, 'holdfast_write_backs'),
    medianMs: responseTimeMs(0.5),
    p99Ms: responseTimeMs(0.99),
  };
}

const RESPONSES = 'holdfast_http_answers_total';
const HOLD_ROUTES: readonly string[] = ['POST /api/v1/reservations', 'POST /client/reserve'];

function countHolds(metrics: Metrics): number {
  return sumOf(metrics, RESPONSES, ({ route = '', status }) => HOLD_ROUTES.includes(route) && status === '201');
}

/** Requests refused with 409, and bookings declined by a supplier. */
function countRefusals(metrics: Metrics): number {
  const declined = sumOf(metrics, 'holdfast_write_back_attempts', ({ outcome }) => outcome === 'refused');
  return declined + sumOf(metrics, RESPONSES, ({ status }) => status === '409');
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The last five minutes of `/metrics`, sampled while a component uses this hook. */
export function useMetricsRecording(): Recording {
  useEffect(() => {
    watchers += 1;
    if (watchers === 1) void takeSample();
    return () => {
      watchers -= 1;
      if (watchers > 0) return;
      window.clearTimeout(timer);
      // A rate over the unwatched time would be plotted as one long flat stretch.
      previous = undefined;
    };
  }, []);
  return useSyncExternalStore(subscribe, () => recording);
}
