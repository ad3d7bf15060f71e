import { useMemo, useState } from 'react';
import { vehicleHistoryQuery } from '../api/queries.ts';
import type { StateLog } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound, NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { UpdatedAgo } from '../components/updated-ago.tsx';
import { formatExactDateTime } from '../format.ts';
import { useAddressParams } from '../shell/addresses.ts';
import { createTimeScale } from './time-scale.ts';
import { Timeline } from './timeline.tsx';

/** A vehicle's state at the instant that the address names, or now. */
export function VehicleStates({ id }: { readonly id: number }) {
  const { body, cached, error, refresh } = useCached(vehicleHistoryQuery(id));
  if (isNotFound(error)) return <NotFound thing={`vehicle ${id}`}>The vehicles are listed above.</NotFound>;
  if (body === undefined) return error ? <ProblemNotice error={error} retry={refresh} /> : <Loading rows={6} />;
  const { vehicle, history } = body;
  const name = `${vehicle.make} ${vehicle.model}`;
  return (
    <section className="card vehicle" aria-label={name}>
      <div className="section-head">
        <h2>{name}</h2>
        <UpdatedAgo cached={cached} error={error} />
      </div>
      {history.length === 0 ? <EmptyState title="No states yet" /> : <StateHistory id={id} history={history} />}
    </section>
  );
}

interface StateHistoryProps {
  readonly id: number;
  readonly history: readonly StateLog[];
}

function StateHistory({ id, history }: StateHistoryProps) {
  const [params, changeParams] = useAddressParams();
  const [nowMs] = useState(() => Math.floor(Date.now() / 1_000) * 1_000);
  const logs = useMemo(() => history.map((log) => ({ ...log, atMs: Date.parse(log.timestamp) })), [history]);
  const scale = createTimeScale(logs[0]?.atMs ?? nowMs, logs.at(-1)?.atMs ?? nowMs, nowMs);
  const requestedMs = params.at === undefined ? scale.nowMs : params.at * 1_000;
  const atMs = Math.min(Math.max(requestedMs, scale.startMs), scale.nowMs);
  const current = logs.findLast((log) => log.atMs <= atMs);
  return (
    <>
      <p className="vehicle-state" aria-live="polite">
        <span className="vehicle-state-name">{current?.state ?? 'no state yet'}</span>
        <span className="hint">
          {atMs === scale.nowMs && 'Now, '}
          {formatExactDateTime(atMs)}
        </span>
      </p>
      <Timeline logs={logs} scale={scale} atMs={atMs} onMove={(ms) => changeParams({ at: Math.round(ms / 1_000) })} />
      <ApiLink id={id} atMs={atMs} />
      <ol className="history">
        {logs.map(({ state, timestamp, atMs: logMs }) => (
          <li key={timestamp + state} aria-current={logMs === current?.atMs || undefined}>
            <button type="button" className="plain" onClick={() => changeParams({ at: Math.ceil(logMs / 1_000) })}>
              {state}
            </button>
            <span className="hint">since {formatExactDateTime(timestamp)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Links to the API response for the selected instant. */
function ApiLink({ id, atMs }: { readonly id: number; readonly atMs: number }) {
  const timestamp = new Date(Math.round(atMs / 1_000) * 1_000).toISOString().replace('.000', '');
  const path = `/vehicles/${id}/timestamp/${timestamp}`;
  return (
    <p className="hint">
      In the API: <a href={path}>{path}</a>
    </p>
  );
}
