import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** A next step for the visitor. */
  readonly children?: ReactNode;
}

export function EmptyState({ title, children }: Props) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}
