import { Component, type ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.tsx';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

/** Shows an error in place of a view that throws or whose code cannot be loaded. The bar around it keeps working. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="view">
        <h1>This page did not open</h1>
        <ProblemNotice error={error} retry={() => location.reload()} />
      </div>
    );
  }
}
