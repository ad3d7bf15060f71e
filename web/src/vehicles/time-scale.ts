/** Where moments lie on a line: 0 is its start, 1 is now. */
export interface TimeScale {
  readonly startMs: number;
  /** Until here moments lie by their true distance; what is after it is pressed together. `nowMs` if nothing is. */
  readonly breakMs: number;
  readonly nowMs: number;
}

/** A margin before the first log, so that "before anything was known" can be reached too. */
const MARGIN = 0.06;
const DAY_MS = 86_400_000;
/** Where the line breaks. */
export const BREAK_PART = 0.88;

/** Years of one state would press the changes into a corner, so they are what is pressed together. */
export function scaleOf(firstMs: number, lastMs: number, nowMs: number): TimeScale {
  const wishedMs = Math.max(lastMs + (lastMs - firstMs) * 0.5, lastMs + DAY_MS);
  const untilMs = Math.max(nowMs, lastMs);
  // Where the rest would fit at the true distance, there is nothing to press.
  const fits = firstMs + (wishedMs - firstMs) / BREAK_PART >= untilMs;
  const breakMs = fits ? untilMs : wishedMs;
  // What was first known this very second has a length too.
  return { startMs: firstMs - Math.max((breakMs - firstMs) * MARGIN, 1_000), breakMs, nowMs: untilMs };
}

export function isBroken({ breakMs, nowMs }: TimeScale): boolean {
  return breakMs < nowMs;
}

export function partOf(atMs: number, scale: TimeScale): number {
  const { startMs, breakMs, nowMs } = scale;
  const trueEnd = isBroken(scale) ? BREAK_PART : 1;
  if (atMs <= breakMs) return (Math.max(0, atMs - startMs) / (breakMs - startMs)) * trueEnd;
  return trueEnd + Math.min(1, (atMs - breakMs) / (nowMs - breakMs)) * (1 - trueEnd);
}

export function momentAt(part: number, scale: TimeScale): number {
  const { startMs, breakMs, nowMs } = scale;
  const trueEnd = isBroken(scale) ? BREAK_PART : 1;
  if (part <= trueEnd) return startMs + (part / trueEnd) * (breakMs - startMs);
  return breakMs + ((part - trueEnd) / (1 - trueEnd)) * (nowMs - breakMs);
}
