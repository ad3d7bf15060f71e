import { expect, it } from 'vitest';
import { parseMetrics, quantileBetween, responseTimeBuckets, sumOf, viewsOf } from './metrics.ts';

const TEXT = `# HELP holdfast_view_hits Answers from the cache
holdfast_view_hits{view="orders"} 3
holdfast_view_misses{view="orders"} 1
holdfast_view_bound_seconds{view="orders"} 3600
holdfast_view_age_at_serve_seconds{view="orders"} 6
holdfast_view_greatest_age_seconds{view="orders"} 5
holdfast_waiting 2
holdfast_http_request_seconds_bucket{le="0.1",route="GET /orders/:page"} 8
holdfast_http_request_seconds_bucket{le="+Inf",route="GET /orders/:page"} 10
holdfast_http_request_seconds_bucket{le="0.1",route="GET /metrics"} 50
process_cpu_seconds_total 7
`;

it('metrics are parsed with and without labels, and metrics of other programs are left out', () => {
  const metrics = parseMetrics(TEXT);
  expect(sumOf(metrics, 'holdfast_waiting')).toBe(2);
  expect(sumOf(metrics, 'holdfast_view_hits', ({ view }) => view === 'orders')).toBe(3);
  expect(metrics.has('process_cpu_seconds_total')).toBe(false);
});

it("a view's mean age is that of its answers from the cache", () => {
  expect(viewsOf(parseMetrics(TEXT))).toEqual([
    { view: 'orders', hits: 3, misses: 1, boundS: 3_600, maxAgeS: 5, meanAgeS: 2 },
  ]);
});

it("response times leave out the page's own requests", () => {
  expect([...responseTimeBuckets(parseMetrics(TEXT))]).toEqual([
    [0.1, 8],
    [Number.POSITIVE_INFINITY, 10],
  ]);
});

it('a quantile is interpolated within its bucket, counts only new responses, and is null without any', () => {
  const before = new Map([
    [0.1, 5],
    [1, 5],
    [Number.POSITIVE_INFINITY, 5],
  ]);
  const after = new Map([
    [0.1, 10],
    [1, 15],
    [Number.POSITIVE_INFINITY, 15],
  ]);
  expect(quantileBetween(before, after, 0.5)).toBeCloseTo(0.1);
  expect(quantileBetween(before, after, 0.75)).toBeCloseTo(0.55);
  expect(quantileBetween(after, after, 0.5)).toBeNull();
});
