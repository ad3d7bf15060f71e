import { exactMoment } from '../written.ts';

interface Props {
  readonly logs: readonly { readonly state: string; readonly atMs: number }[];
  readonly startMs: number;
  readonly endMs: number;
  readonly atMs: number;
  readonly onMove: (ms: number) => void;
}

/** States as stretches of time, and a slider over them. */
export function Timeline({ logs, startMs, endMs, atMs, onMove }: Props) {
  const lengthMs = endMs - startMs;
  const part = (ms: number) => `${(Math.max(0, ms) / lengthMs) * 100}%`;
  const stretches = logs.map((log, index) => {
    const untilMs = logs[index + 1]?.atMs ?? endMs;
    return { ...log, index, width: part(untilMs - log.atMs), left: part(log.atMs - startMs) };
  });
  const state = logs.findLast((log) => log.atMs <= atMs)?.state ?? 'nothing known yet';
  return (
    <div className="timeline">
      <div className="stretches" aria-hidden="true">
        {stretches.map(({ state, atMs: fromMs, index, width, left }) => (
          <span key={`${fromMs}${state}`} className="stretch" data-shade={index % 4} style={{ left, width }}>
            {state}
          </span>
        ))}
      </div>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${exactMoment(atMs)}: ${state}`}
        min={0}
        max={1_000}
        step={1}
        value={Math.round(((atMs - startMs) / lengthMs) * 1_000)}
        onChange={({ target }) => onMove(startMs + (Number(target.value) / 1_000) * lengthMs)}
      />
    </div>
  );
}
