import type { ReactNode } from 'react';
import { HoldfastProblem } from '../../../client/index.ts';
import { EmptyState } from './empty-state.tsx';

interface Props {
  /** `provider 99`. */
  readonly thing: string;
  /** A next step for the visitor. */
  readonly children: ReactNode;
}

/** In place of a thing that the address names and the server does not have. Nothing else is shown for it. */
export function NotFound({ thing, children }: Props) {
  return (
    <section className="not-found" role="alert">
      <EmptyState title={`There is no ${thing}`}>
        <p>Not found. Check the address, or choose something else.</p>
        {children}
      </EmptyState>
    </section>
  );
}

/** Whether the server does not have the thing that a request named. An earlier response is then void. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HoldfastProblem && error.status === 404;
}
