import { serverNowMs } from '../api/server-clock.ts';
import { formatDateTime, formatDuration, formatTime } from '../format.ts';
import { useNowMs } from '../use-now.ts';

interface Props {
  readonly observedAt: string | null;
  readonly nextPullAt: string | null;
}

/** When the items were last updated from their supplier, when the next update is, and a bar from one to the other. */
export function ItemsFreshness({ observedAt, nextPullAt }: Props) {
  useNowMs();
  const nowMs = serverNowMs();
  const observedMs = observedAt === null ? undefined : Date.parse(observedAt);
  const nextMs = nextPullAt === null ? undefined : Date.parse(nextPullAt);
  const ageMs = observedMs === undefined ? undefined : Math.max(0, nowMs - observedMs);
  const intervalMs = observedMs !== undefined && nextMs !== undefined ? nextMs - observedMs : undefined;
  return (
    <section className="card freshness" aria-label="Freshness">
      <div>
        <p className="hint">Updated</p>
        <p className="freshness-figure">{ageMs === undefined ? 'Not yet' : `${formatDuration(ageMs)} ago`}</p>
        <p className="hint">{observedAt !== null && formatTime(observedAt)}</p>
      </div>
      <progress
        max={intervalMs ?? 1}
        value={intervalMs === undefined ? 0 : Math.min(ageMs ?? 0, intervalMs)}
        aria-label="Time from the last update to the next"
      />
      <div className="freshness-next">
        <p className="hint">Next update</p>
        <p className="freshness-figure">{untilNext(nextMs, nowMs)}</p>
        <p className="hint">{nextPullAt !== null && formatDateTime(nextPullAt)}</p>
      </div>
      <p className="hint freshness-note">
        The supplier limits how often we can check. Bookings made here count right away.
      </p>
    </section>
  );
}

function untilNext(nextMs: number | undefined, nowMs: number): string {
  if (nextMs === undefined) return 'Not planned';
  return nextMs <= nowMs ? 'Now' : `in ${formatDuration(nextMs - nowMs)}`;
}
