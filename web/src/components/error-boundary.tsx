import { Component, type ReactNode } from 'react';
import { Problem } from './states.tsx';

interface Props {
  readonly children: ReactNode;
}

/** Keeps the bar standing when a view breaks, or when its part cannot be loaded. */
export class Boundary extends Component<Props, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="view">
        <h1>This view did not open</h1>
        <Problem error={error} retry={() => location.reload()} />
      </div>
    );
  }
}
