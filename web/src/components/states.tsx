import type { ReactNode } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { saidOf, Unreachable } from '../api/problem-message.ts';
import { Icon } from './icon.tsx';

/** Lines where text will be, of about the same height, so that nothing jumps when it comes. */
export function Loading({ rows, label = 'Loading' }: { readonly rows: number; readonly label?: string }) {
  return (
    <div className="loading" role="status">
      <span className="unseen">{label}</span>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <span key={row} className="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

interface ProblemProps {
  readonly error: Error;
  readonly retry?: () => void;
}

/** A failure in a sentence, and a way on. */
export function Problem({ error, retry }: ProblemProps) {
  return (
    <div className="problem" role="alert">
      <p>{error instanceof Unreachable ? 'The server cannot be reached just now.' : `${saidOf(error)}.`}</p>
      {error instanceof HoldfastProblem && error.status >= 500 && (
        <p className="hint">
          It is on our side
          {error.retryAfterS === undefined ? '' : `, and may be over in ${error.retryAfterS} seconds`}.
        </p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          <Icon name="refresh" /> Try again
        </button>
      )}
    </div>
  );
}
