import type { Known } from '../api/cached.ts';
import { span } from '../format.ts';
import { useNowMs } from '../use-now.ts';

interface Props {
  readonly known: Known<unknown> | undefined;
  readonly error?: Error | null;
}

/** How old what is on show is, and whether it is past its bound. */
export function Age({ known, error }: Props) {
  const nowMs = Math.max(useNowMs(), known?.observedAtMs ?? 0);
  if (known === undefined) return <span className="age" aria-hidden="true" />;
  const ageMs = nowMs - known.observedAtMs;
  const isStale = nowMs > known.freshUntilMs + 3_000 || Boolean(error);
  return (
    <span className="age" data-stale={isStale || undefined}>
      {isStale ? 'Last known, ' : ''}
      {ageMs < 2_000 ? 'just now' : `${span(ageMs)} old`}
    </span>
  );
}
