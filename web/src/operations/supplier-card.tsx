import type { SupplierStatus } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { formatCount, formatDuration } from '../format.ts';
import { useNowMs } from '../use-now.ts';
import { LastError } from './last-error.tsx';
import { parsePullLimit } from './pull-limit.ts';
import { SyncSwitch } from './sync-switch.tsx';

/** A supplier's limits, freshness and bookings to send, and the button that pauses it. */
export function SupplierCard({ supplier }: { readonly supplier: SupplierStatus }) {
  const { id, status, pull_limits, pulls_in_windows, backlog, done, total, write_backs } = supplier;
  useNowMs();
  const nowMs = serverNowMs();
  return (
    <article className="card supplier" data-supplier={id}>
      <div className="row-main">
        <h3>{id}</h3>
        <StatusBadge status={status} />
      </div>
      {pull_limits.map((limit, index) => {
        const { maxPulls, window } = parsePullLimit(limit);
        return (
          <Meter key={limit} label={`Requests used (${window})`} value={pulls_in_windows[index] ?? 0} max={maxPulls} />
        );
      })}
      <Meter label="Fresh enough" value={done} max={total} />
      <dl className="facts">
        <dt>Waiting for an update</dt>
        <dd>{formatCount(backlog)}</dd>
        <dt>Next update</dt>
        <dd>{nextUpdate(supplier, nowMs)}</dd>
        <dt>Last update</dt>
        <dd>{formatAgo(supplier.last_pull_at, nowMs)}</dd>
        <dt>Oldest data</dt>
        <dd>{formatAgo(supplier.oldest_observed_at, nowMs)}</dd>
        <dt>Bookings to send</dt>
        <dd>
          {formatCount(write_backs.waiting)} waiting, {formatCount(write_backs.parked)} stuck
          {write_backs.reason !== null && <span className="hint">{write_backs.reason}</span>}
        </dd>
      </dl>
      <LastError supplier={supplier} nowMs={nowMs} />
      <SyncSwitch supplier={id} isPaused={status === 'paused'} />
    </article>
  );
}

interface MeterProps {
  readonly label: string;
  readonly value: number;
  readonly max: number;
}

function Meter({ label, value, max }: MeterProps) {
  return (
    <div className="meter">
      <span>{label}</span>
      <span className="figure">
        {formatCount(value)} of {formatCount(max)}
      </span>
      <progress max={Math.max(max, 1)} value={value} aria-label={label} />
    </div>
  );
}

function formatAgo(instant: string | null, nowMs: number): string {
  return instant === null ? 'Never' : `${formatDuration(nowMs - Date.parse(instant))} ago`;
}

function nextUpdate({ status, next_pull_at, backlog }: SupplierStatus, nowMs: number): string {
  if (status === 'paused') return 'Paused';
  if (next_pull_at === null) return '–';
  const waitMs = Date.parse(next_pull_at) - nowMs;
  if (waitMs > 0) return `in ${formatDuration(waitMs)}`;
  // The limits allow a pull, but the supplier is pulled only when something is due.
  return backlog === 0 ? 'Nothing due' : 'Now';
}
