import '../styles/vehicles.css';
import { useMemo, useState } from 'react';
import { vehicleHistory } from '../api/queries.ts';
import type { StateLog } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { VisitorTimes } from '../components/time-zone-note.tsx';
import { Age } from '../components/updated-ago.tsx';
import { exactMoment } from '../format.ts';
import { amend, numberOf, usePlace } from '../shell/router.ts';
import { scaleOf } from './time-scale.ts';
import { Timeline } from './timeline.tsx';
import { useFleet } from './use-fleet.ts';

/** What a vehicle's state was at any moment. */
export function VehiclesView() {
  const { query } = usePlace();
  const fleet = useFleet();
  const id = numberOf(query, 'vehicle') ?? fleet.vehicles[0]?.id;
  return (
    <div className="view">
      <div className="view-head">
        <h1>Vehicles</h1>
        <VisitorTimes />
      </div>
      {fleet.error && <Problem error={fleet.error} retry={fleet.refresh} />}
      {fleet.isReady && fleet.vehicles.length === 0 && (
        <Empty title="There are no vehicles yet.">
          <code>holdfast import vehicles</code> brings them in from a file.
        </Empty>
      )}
      {!fleet.isReady && !fleet.error && <Loading rows={5} />}
      <ul className="fleet">
        {fleet.vehicles.map((vehicle) => (
          <li key={vehicle.id}>
            <button
              type="button"
              className="what-card"
              aria-pressed={vehicle.id === id}
              onClick={() => amend({ vehicle: vehicle.id, at: undefined })}
            >
              <span className="monogram" aria-hidden="true">
                {vehicle.id}
              </span>
              <span className="what-name">
                {vehicle.make} {vehicle.model}
                <span className="hint">now {vehicle.state}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {id !== undefined && <VehicleStates key={id} id={id} />}
    </div>
  );
}

function VehicleStates({ id }: { readonly id: number }) {
  const { body, known, error, refresh } = useKnown(vehicleHistory(id));
  if (body === undefined) return error ? <Problem error={error} retry={refresh} /> : <Loading rows={6} />;
  const { vehicle, history } = body;
  return (
    <section className="card vehicle" aria-label={`${vehicle.make} ${vehicle.model}`}>
      <div className="day-head">
        <h2>
          {vehicle.make} {vehicle.model}
        </h2>
        <Age known={known} error={error} />
      </div>
      {history.length === 0 ? (
        <Empty title="Nothing is known of its states yet." />
      ) : (
        <States id={id} history={history} />
      )}
    </section>
  );
}

function States({ id, history }: { readonly id: number; readonly history: readonly StateLog[] }) {
  const { query } = usePlace();
  const [nowMs] = useState(() => Math.floor(Date.now() / 1_000) * 1_000);
  const logs = useMemo(() => history.map((log) => ({ ...log, atMs: Date.parse(log.timestamp) })), [history]);
  const firstMs = logs[0]?.atMs ?? nowMs;
  const lastMs = logs.at(-1)?.atMs ?? nowMs;
  const scale = scaleOf(firstMs, lastMs, nowMs);
  const asked = numberOf(query, 'at');
  const atMs = asked === undefined ? scale.nowMs : Math.min(Math.max(asked * 1_000, scale.startMs), scale.nowMs);
  const state = logs.findLast((log) => log.atMs <= atMs)?.state;
  return (
    <>
      <p className="then" aria-live="polite">
        <span className="then-state">{state ?? 'nothing was known yet'}</span>
        <span className="hint">
          {atMs === scale.nowMs && 'Now, '}
          {exactMoment(atMs)}
        </span>
      </p>
      <Timeline logs={logs} scale={scale} atMs={atMs} onMove={(ms) => amend({ at: Math.round(ms / 1_000) })} />
      <Asked id={id} atMs={atMs} />
      <ol className="history">
        {logs.map(({ state, timestamp, atMs: logMs }) => (
          <li
            key={timestamp + state}
            aria-current={logMs === logs.findLast((log) => log.atMs <= atMs)?.atMs || undefined}
          >
            <button type="button" className="plain" onClick={() => amend({ at: Math.ceil(logMs / 1_000) })}>
              {state}
            </button>
            <span className="hint">since {exactMoment(timestamp)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The server's own word on that moment, where the slider rests. */
function Asked({ id, atMs }: { readonly id: number; readonly atMs: number }) {
  const timestamp = new Date(Math.round(atMs / 1_000) * 1_000).toISOString().replace('.000', '');
  return (
    <p className="hint">
      Ask the same of the API:{' '}
      <a href={`/vehicles/${id}/timestamp/${timestamp}`}>
        /vehicles/{id}/timestamp/{timestamp}
      </a>
    </p>
  );
}
