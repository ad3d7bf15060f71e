const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

/** Parses `500ms`, `30s`, `15m`, `24h` or `7d` as milliseconds; `undefined` for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(0|[1-9]\d{0,8})(ms|s|m|h|d)$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * UNIT_MS[match[2] as Unit];
}

/** A duration as the sentences of the fixed paths have it: `24 hrs`, `30 min`, `45 sec`. */
export function formatDurationInWords(ms: number): string {
  if (ms >= 2 * UNIT_MS.h && ms % UNIT_MS.h === 0) return `${ms / UNIT_MS.h} hrs`;
  if (ms >= UNIT_MS.m && ms % UNIT_MS.m === 0) return `${ms / UNIT_MS.m} min`;
  return `${ms / UNIT_MS.s} sec`;
}

/** A duration in the largest unit without a remainder, as the configuration has it: `90s`, `1m`, `1d` for 24 hours. */
export function formatDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => ms >= UNIT_MS[each] && ms % UNIT_MS[each] === 0) ?? 'ms';
  return `${ms / UNIT_MS[unit]}${unit}`;
}
