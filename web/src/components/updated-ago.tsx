import type { Cached } from '../api/cached.ts';
import { formatDuration } from '../format.ts';
import { useNowMs } from '../use-now.ts';

interface Props {
  readonly cached: Cached<unknown> | undefined;
  readonly error?: Error | null;
}

/** A response past its bound is refetched; this long after the bound, the refetch is late. */
const REFETCH_TAKES_MS = 3_000;
const JUST_NOW_MS = 2_000;

/** The age of a response, with a warning when it is past its staleness bound or could not be refetched. */
export function UpdatedAgo({ cached, error }: Props) {
  const nowMs = Math.max(useNowMs(), cached?.observedAtMs ?? 0);
  if (cached === undefined) return <span className="updated" aria-hidden="true" />;
  const ageMs = nowMs - cached.observedAtMs;
  const isStale = nowMs > cached.freshUntilMs + REFETCH_TAKES_MS || Boolean(error);
  return (
    <span className="updated" data-stale={isStale || undefined}>
      {isStale ? 'Last updated' : 'Updated'} {ageMs < JUST_NOW_MS ? 'just now' : `${formatDuration(ageMs)} ago`}
    </span>
  );
}
