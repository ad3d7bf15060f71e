/**
 * Maps instants to positions on a line: 0 is its start, 1 is now. Up to `breakMs` distances are to scale; the time from
 * there to now is compressed. `breakMs` equals `nowMs` when nothing is compressed.
 */
export interface TimeScale {
  readonly startMs: number;
  readonly breakMs: number;
  readonly nowMs: number;
}

/** Space before the first state log, as a fraction of the time to scale, so that "no state yet" can be selected. */
const MARGIN = 0.06;
const MIN_MARGIN_MS = 1_000;
const DAY_MS = 86_400_000;
/** Position at which compression begins. */
export const BREAK_POSITION = 0.88;

/**
 * A scale for state logs from `firstMs` to `lastMs`. Without compression, years in the last state would press all
 * changes into a corner.
 */
export function createTimeScale(firstMs: number, lastMs: number, nowMs: number): TimeScale {
  const endMs = Math.max(nowMs, lastMs);
  const preferredBreakMs = Math.max(lastMs + (lastMs - firstMs) * 0.5, lastMs + DAY_MS);
  const fitsToScale = firstMs + (preferredBreakMs - firstMs) / BREAK_POSITION >= endMs;
  const breakMs = fitsToScale ? endMs : preferredBreakMs;
  const marginMs = Math.max((breakMs - firstMs) * MARGIN, MIN_MARGIN_MS);
  return { startMs: firstMs - marginMs, breakMs, nowMs: endMs };
}

export function isCompressed({ breakMs, nowMs }: TimeScale): boolean {
  return breakMs < nowMs;
}

export function positionOf(instantMs: number, scale: TimeScale): number {
  const { startMs, breakMs, nowMs } = scale;
  const breakPosition = isCompressed(scale) ? BREAK_POSITION : 1;
  if (instantMs <= breakMs) return (Math.max(0, instantMs - startMs) / (breakMs - startMs)) * breakPosition;
  return breakPosition + Math.min(1, (instantMs - breakMs) / (nowMs - breakMs)) * (1 - breakPosition);
}

export function instantAt(position: number, scale: TimeScale): number {
  const { startMs, breakMs, nowMs } = scale;
  const breakPosition = isCompressed(scale) ? BREAK_POSITION : 1;
  if (position <= breakPosition) return startMs + (position / breakPosition) * (breakMs - startMs);
  return breakMs + ((position - breakPosition) / (1 - breakPosition)) * (nowMs - breakMs);
}
