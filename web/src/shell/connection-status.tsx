import { type ConnectionState, useConnectionState } from '../api/connection-state.ts';

interface Text {
  readonly label: string;
  readonly explanation: string;
}

const TEXTS: Readonly<Record<ConnectionState, Text>> = {
  connecting: { label: 'Connecting', explanation: 'Connecting to live updates.' },
  live: { label: 'Live', explanation: 'Changes appear as they happen.' },
  polling: {
    label: 'Reconnecting',
    explanation: 'Live updates are interrupted. This page refreshes every few seconds.',
  },
  offline: { label: 'Offline', explanation: 'You see the last data that was loaded.' },
};

/** A dot in the bar: whether the page updates by itself. */
export function ConnectionStatus() {
  const state = useConnectionState();
  const { label, explanation } = TEXTS[state];
  return (
    <span className="connection" data-state={state} title={explanation}>
      <span className="connection-dot" aria-hidden="true" />
      {label}
      <span className="visually-hidden">. {explanation}</span>
    </span>
  );
}

export function OfflineBanner() {
  const state = useConnectionState();
  return (
    <div role="status">
      {state === 'offline' && <p className="offline-banner">You are offline. You see the last data that was loaded.</p>}
    </div>
  );
}
