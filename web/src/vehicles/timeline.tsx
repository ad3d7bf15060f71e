import type { CSSProperties } from 'react';
import { formatDate, formatExactDateTime } from '../format.ts';
import { BREAK_POSITION, instantAt, isCompressed, positionOf, type TimeScale } from './time-scale.ts';

interface Props {
  readonly logs: readonly { readonly state: string; readonly atMs: number }[];
  readonly scale: TimeScale;
  /** The selected instant. */
  readonly atMs: number;
  readonly onMove: (ms: number) => void;
}

const SLIDER_STEPS = 1_000;
const SHADES = 4;

/** A vehicle's states over time, and a slider that selects an instant. */
export function Timeline({ logs, scale, atMs, onMove }: Props) {
  const state = logs.findLast((log) => log.atMs <= atMs)?.state ?? 'no state yet';
  const instant = atMs === scale.nowMs ? 'Now' : formatExactDateTime(atMs);
  return (
    <div className="timeline" style={{ '--break': percent(BREAK_POSITION) } as CSSProperties}>
      <StateBars logs={logs} scale={scale} />
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={`${instant}: ${state}`}
        min={0}
        max={SLIDER_STEPS}
        step={1}
        value={Math.round(positionOf(atMs, scale) * SLIDER_STEPS)}
        onChange={({ target }) => onMove(instantAt(Number(target.value) / SLIDER_STEPS, scale))}
      />
      <p className="hint timeline-labels">
        <span>{formatDate(scale.startMs)}</span>
        {isCompressed(scale) && <span className="timeline-break-label">{formatDate(scale.breakMs)}</span>}
        <span>Now</span>
      </p>
    </div>
  );
}

function StateBars({ logs, scale }: Pick<Props, 'logs' | 'scale'>) {
  return (
    <div className="state-bars" aria-hidden="true">
      {logs.map(({ state, atMs }, index) => {
        const left = positionOf(atMs, scale);
        const right = positionOf(logs[index + 1]?.atMs ?? scale.nowMs, scale);
        return (
          <span
            key={`${atMs}${state}`}
            className="state-bar"
            data-shade={index % SHADES}
            style={{ left: percent(left), width: percent(right - left) }}
          >
            {state}
          </span>
        );
      })}
      {isCompressed(scale) && <span className="timeline-break" />}
    </div>
  );
}

function percent(fraction: number): string {
  return `${fraction * 100}%`;
}
