import { useMutation, useQueryClient } from '@tanstack/react-query';
import { HoldfastProblem } from '../../../client/index.ts';
import { setSync } from '../api/mutations.ts';
import { syncStatus } from '../api/queries.ts';
import type { SupplierStatus } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { useKnown } from '../api/use-cached.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { Badge } from '../components/status-badge.tsx';
import { count, span } from '../format.ts';
import { useNowMs } from '../use-now.ts';
import { LastError } from './last-error.tsx';

const LOOK_EVERY_MS = 3_000;

/** Each supplier with its budget, what is left to do, and a switch. */
export function Suppliers() {
  const { body, error, refresh } = useKnown(syncStatus(), {
    freshForMs: LOOK_EVERY_MS,
    transient: true,
  });
  const isMissing = error instanceof HoldfastProblem && error.status === 404;
  const ids = body?.suppliers.map(({ id }) => id) ?? [];
  return (
    <section className="operations-part" aria-label="Suppliers">
      <div className="day-head">
        <h2>Suppliers</h2>
        {ids.length > 1 && body && <SyncSwitch supplier={undefined} isPaused={body.status === 'paused'} />}
      </div>
      {body === undefined && !error && <Loading rows={5} />}
      {error && !isMissing && <Problem error={error} retry={refresh} />}
      {(isMissing || body?.suppliers.length === 0) && (
        <Empty title="There are no suppliers.">
          <span>
            <code>SUPPLIERS_FILE</code> names them.
          </span>
        </Empty>
      )}
      <div className="suppliers">
        {body?.suppliers.map((supplier) => (
          <Supplier key={supplier.id} supplier={supplier} />
        ))}
        {body?.removed.map(({ id, untold }) => (
          <article key={id} className="card supplier">
            <h3>{id}</h3>
            <p className="problem">
              Not configured any more, and never told of {count(untold)} {untold === 1 ? 'booking' : 'bookings'} or
              cancellations. Name it in <code>SUPPLIERS_FILE</code> again to have that sent.
            </p>
          </article>
        ))}
      </div>
    </section>
  );
}

function Supplier({ supplier }: { readonly supplier: SupplierStatus }) {
  const { id, status, pull_limits, pulls_in_windows, backlog, done, total, write_backs } = supplier;
  useNowMs();
  const nowMs = serverNowMs();
  const ago = (instant: string | null) =>
    instant === null ? 'never' : `${span(Math.max(0, nowMs - Date.parse(instant)))} ago`;
  return (
    <article className="card supplier" data-supplier={id}>
      <div className="row-main">
        <h3>{id}</h3>
        <Badge status={status} />
      </div>
      {pull_limits.map((limit, index) => {
        const most = Number(limit.split('/')[0]);
        const used = pulls_in_windows[index] ?? 0;
        return (
          <div key={limit} className="meter">
            <span>Budget {limit.replace('/', ' per ')}</span>
            <span className="figure">
              {count(used)} of {count(most)}
            </span>
            <progress max={most} value={used} aria-label={`Pulls of ${limit}`} />
          </div>
        );
      })}
      <div className="meter">
        <span>As young as asked</span>
        <span className="figure">
          {count(done)} of {count(total)}
        </span>
        <progress max={Math.max(total, 1)} value={done} aria-label="Parts that are as young as asked" />
      </div>
      <dl className="facts">
        <dt>Backlog</dt>
        <dd>{count(backlog)}</dd>
        <dt>Next pull</dt>
        <dd>{nextPull(supplier, nowMs)}</dd>
        <dt>Last pull</dt>
        <dd>{ago(supplier.last_pull_at)}</dd>
        <dt>Oldest knowledge</dt>
        <dd>{ago(supplier.oldest_observed_at)}</dd>
        <dt>Write-backs</dt>
        <dd>
          {count(write_backs.waiting)} waiting, {count(write_backs.parked)} parked
          {write_backs.reason !== null && <span className="hint">{write_backs.reason}</span>}
        </dd>
      </dl>
      <LastError supplier={supplier} nowMs={nowMs} />
      <SyncSwitch supplier={id} isPaused={status === 'paused'} />
    </article>
  );
}

function nextPull({ status, next_pull_at, backlog }: SupplierStatus, nowMs: number): string {
  if (status === 'paused') return 'paused';
  if (next_pull_at === null) return '–';
  const waitMs = Date.parse(next_pull_at) - nowMs;
  if (waitMs > 0) return `in ${span(waitMs)}`;
  // The budget is free, and that alone causes no pull.
  return backlog === 0 ? 'nothing is due' : 'now';
}

function SyncSwitch({ supplier, isPaused }: { readonly supplier: string | undefined; readonly isPaused: boolean }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => setSync(isPaused ? 'resume' : 'pause', supplier),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sync'] }),
  });
  const verb = isPaused ? 'Resume' : 'Pause';
  const working = isPaused ? 'Resuming…' : 'Waiting for pulls to end…';
  return (
    <div className="switch">
      <button type="button" disabled={change.isPending} onClick={() => change.mutate()}>
        {change.isPending ? working : supplier === undefined ? `${verb} all` : verb}
        {supplier !== undefined && <span className="unseen"> {supplier}</span>}
      </button>
      {change.error && <Problem error={change.error} />}
    </div>
  );
}
