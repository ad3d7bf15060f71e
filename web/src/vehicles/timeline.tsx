import type { CSSProperties } from 'react';
import { exactMoment, fullDate } from '../format.ts';
import { BREAK_PART, isBroken, momentAt, partOf, type TimeScale } from './time-scale.ts';

interface Props {
  readonly logs: readonly { readonly state: string; readonly atMs: number }[];
  readonly scale: TimeScale;
  readonly atMs: number;
  readonly onMove: (ms: number) => void;
}

const STEPS = 1_000;

/** States as stretches of time, and a slider over them. */
export function Timeline({ logs, scale, atMs, onMove }: Props) {
  const percent = (part: number) => `${part * 100}%`;
  const stretches = logs.map((log, index) => {
    const left = partOf(log.atMs, scale);
    const right = partOf(logs[index + 1]?.atMs ?? scale.nowMs, scale);
    return { ...log, index, width: percent(right - left), left: percent(left) };
  });
  const state = logs.findLast((log) => log.atMs <= atMs)?.state ?? 'nothing known yet';
  const written = atMs === scale.nowMs ? 'Now' : exactMoment(atMs);
  return (
    <div className="timeline" style={{ '--break': percent(BREAK_PART) } as CSSProperties}>
      <div className="stretches" aria-hidden="true">
        {stretches.map(({ state, atMs: fromMs, index, width, left }) => (
          <span key={`${fromMs}${state}`} className="stretch" data-shade={index % 4} style={{ left, width }}>
            {state}
          </span>
        ))}
        {isBroken(scale) && <span className="timeline-break" />}
      </div>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${written}: ${state}`}
        min={0}
        max={STEPS}
        step={1}
        value={Math.round(partOf(atMs, scale) * STEPS)}
        onChange={({ target }) => onMove(momentAt(Number(target.value) / STEPS, scale))}
      />
      <p className="hint timeline-ends">
        <span>{fullDate(scale.startMs)}</span>
        {isBroken(scale) && <span className="timeline-until">{fullDate(scale.breakMs)}</span>}
        <span>now</span>
      </p>
    </div>
  );
}
