/** Values of series, one a minute, in promtool's notation: `0+60x30` rises by 60 each minute. */
export type SeriesValues = Readonly<Record<string, string>>;

type Labels = Readonly<Record<string, string>>;

const HOLD = { route: 'POST /api/v1/reservations' };
const TOURS = { supplier: 'tours' };

/** The name of a series of an instance. */
function of(instance: string, metric: string, labels: Labels = {}): string {
  const pairs = Object.entries({ job: 'holdfast', instance, ...labels });
  return `${metric}{${pairs.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
}

/** Two instances that work, over three hours. Values that are bad for less time than an alert waits are among them. */
export const HEALTHY: SeriesValues = { ...healthyInstance('a'), ...healthyInstance('b') };

function healthyInstance(instance: string): SeriesValues {
  return {
    [of(instance, 'up')]: '1x180',
    [of(instance, 'process_start_time_seconds')]: '1000x180',
    [of(instance, 'holdfast_build_info', { version: '1.0.0' })]: '1x180',
    [of(instance, 'holdfast_internal_errors_total')]: '0x180',
    [of(instance, 'holdfast_http_answers_total', { ...HOLD, status: '201' })]: '0+600x180',
    [of(instance, 'holdfast_http_answers_total', { ...HOLD, status: '409' })]: '0+300x180',
    [of(instance, 'holdfast_http_answers_total', { ...HOLD, status: '503' })]: '0+6x180',
    [of(instance, 'holdfast_http_answers_total', { route: 'GET /readyz', status: '503' })]: '0+300x180',
    [of(instance, 'holdfast_http_request_seconds_bucket', { ...HOLD, le: '0.05' })]: '0+590x180',
    [of(instance, 'holdfast_http_request_seconds_bucket', { ...HOLD, le: '1' })]: '0+600x180',
    [of(instance, 'holdfast_http_request_seconds_bucket', { ...HOLD, le: '2.5' })]: '0+600x180',
    [of(instance, 'holdfast_http_request_seconds_bucket', { ...HOLD, le: '+Inf' })]: '0+600x180',
    [of(instance, 'holdfast_waiting', { lane: 'hold' })]: '0 2000 0 40x180',
    [of(instance, 'holdfast_event_loop_busy_seconds_total')]: '0+30x180',
    [of(instance, 'nodejs_eventloop_lag_p99_seconds')]: '0.06x180',
    [of(instance, 'process_open_fds')]: '200x180',
    [of(instance, 'process_max_fds')]: '1024x180',
    [of(instance, 'holdfast_expiry_overdue_seconds')]: '0 8 0 0.2x180',
    [of(instance, 'holdfast_database', { state: 'busy' })]: '10x180',
    [of(instance, 'holdfast_database', { state: 'waiting' })]: '0 5 0 0x180',
    [of(instance, 'holdfast_dependency_in_use', { dependency: 'change-feed' })]: '1x180',
    [of(instance, 'holdfast_dependency_in_use', { dependency: 'redis' })]: '1 0 1x180',
    [of(instance, 'holdfast_feed_interruptions_total')]: '1 3x180',
    [of(instance, 'holdfast_view_stale', { view: 'orders' })]: '0x180',
    [of(instance, 'holdfast_supplier_failing', TOURS)]: '0x180',
    [of(instance, 'holdfast_supplier_paused', TOURS)]: '0 1x20 0x160',
    [of(instance, 'holdfast_partitions', { ...TOURS, state: 'fresh' })]: '0 90x180',
    [of(instance, 'holdfast_partitions', { ...TOURS, state: 'overdue' })]: '100 10x180',
    [of(instance, 'holdfast_write_backs', { ...TOURS, state: 'waiting' })]: '0 5 0 3 0x180',
    [of(instance, 'holdfast_write_backs', { ...TOURS, state: 'parked' })]: '0x180',
    [of(instance, 'holdfast_webhooks', { state: 'failing' })]: '0 1 1 0x180',
    [of(instance, 'holdfast_webhook_lag_seconds', { stage: 'outbox' })]: '0.1x180',
    [of(instance, 'holdfast_webhook_lag_seconds', { stage: 'delivery' })]: '2x180',
    [of(instance, 'holdfast_unauthenticated_total')]: '0+6x180',
    [of(instance, 'holdfast_rate_limited_total', { kind: 'anonymous' })]: '0+6x180',
  };
}

/** A series of both instances that differs, because both read it from the database. */
function sharedFault(at: string, values: string, metric: string, labels: Labels): Fault {
  return { at, series: { [of('a', metric, labels)]: values, [of('b', metric, labels)]: values } };
}

/** A series of instance `a` that differs from the healthy one. */
function fault(at: string, values: string, metric: string, labels: Labels = {}): Fault {
  return { at, series: { [of('a', metric, labels)]: values } };
}

interface Fault {
  /** When the alert fires at the latest. */
  readonly at: string;
  /** Series that replace healthy ones; an empty one is missing. */
  readonly series: SeriesValues;
}

/** For each alert a fault of one instance that fires it. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  HoldfastDown: fault('5m', '1 0x180', 'up'),
  HoldfastRestarting: fault('5m', '1000+60x180', 'process_start_time_seconds'),
  HoldfastInternalErrors: fault('3m', '0 0 1x180', 'holdfast_internal_errors_total'),
  HoldfastUnavailable: fault('10m', '0+200x180', 'holdfast_http_answers_total', { ...HOLD, status: '503' }),
  HoldfastHoldsSlow: fault('15m', '0+560x180', 'holdfast_http_request_seconds_bucket', { ...HOLD, le: '1' }),
  HoldfastQueueLong: fault('5m', '0 2000x180', 'holdfast_waiting', { lane: 'hold' }),
  HoldfastEventLoopBusy: fault('15m', '0+57x180', 'holdfast_event_loop_busy_seconds_total'),
  HoldfastFilesExhausted: fault('5m', '900x180', 'process_open_fds'),
  HoldfastVersionsMixed: fault('70m', '1x180', 'holdfast_build_info', { version: '0.9.0' }),
  HoldfastDatabaseSilent: fault('5m', '', 'holdfast_expiry_overdue_seconds'),
  HoldfastConnectionsExhausted: fault('10m', '0 3x180', 'holdfast_database', { state: 'waiting' }),
  HoldfastFeedDisconnected: fault('5m', '1 0x180', 'holdfast_dependency_in_use', { dependency: 'change-feed' }),
  HoldfastFeedUnsteady: fault('15m', '0+1x180', 'holdfast_feed_interruptions_total'),
  HoldfastRedisUnused: fault('10m', '1 0x180', 'holdfast_dependency_in_use', { dependency: 'redis' }),
  HoldfastStaleAnswers: fault('5m', '0+3x180', 'holdfast_view_stale', { view: 'orders' }),
  HoldfastExpiryLate: fault('5m', '0+10x180', 'holdfast_expiry_overdue_seconds'),
  HoldfastSupplierFailing: sharedFault('10m', '1x180', 'holdfast_supplier_failing', TOURS),
  HoldfastInventoryOverdue: sharedFault('90m', '30x180', 'holdfast_partitions', { ...TOURS, state: 'overdue' }),
  HoldfastSyncPaused: sharedFault('125m', '1x180', 'holdfast_supplier_paused', TOURS),
  HoldfastWriteBacksParked: sharedFault('5m', '0 1x180', 'holdfast_write_backs', { ...TOURS, state: 'parked' }),
  HoldfastWriteBacksWaiting: sharedFault('30m', '3x180', 'holdfast_write_backs', { ...TOURS, state: 'waiting' }),
  HoldfastWebhooksFailing: sharedFault('10m', '1x180', 'holdfast_webhooks', { state: 'failing' }),
  HoldfastWebhooksLate: sharedFault('10m', '0+30x180', 'holdfast_webhook_lag_seconds', { stage: 'delivery' }),
  HoldfastCredentialsRefused: fault('15m', '0+120x180', 'holdfast_unauthenticated_total'),
  HoldfastRateLimited: fault('15m', '0+120x180', 'holdfast_rate_limited_total', { kind: 'anonymous' }),
};
