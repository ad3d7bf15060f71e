const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** A pull limit such as `30/1m`, taken apart. */
interface PullLimit {
  readonly maxPulls: number;
  /** `per minute`, `per 15 minutes`. */
  readonly window: string;
}

export function parsePullLimit(limit: string): PullLimit {
  const [pulls = '', window = ''] = limit.split('/');
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(window) ?? [];
  const unitName = UNITS[unit];
  if (unitName === undefined) return { maxPulls: Number(pulls), window: `per ${window}` };
  return { maxPulls: Number(pulls), window: count === '1' ? `per ${unitName}` : `per ${count} ${unitName}s` };
}
