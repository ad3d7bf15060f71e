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
  unreachable: {
    label: 'Server unreachable, retrying',
    explanation: 'You see the last data that was loaded. This page continues by itself once the server is back.',
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

const BANNERS: Partial<Record<ConnectionState, string>> = {
  offline: 'You are offline.',
  unreachable: 'The server does not answer. This page tries again by itself.',
};

export function OfflineBanner() {
  const state = useConnectionState();
  return (
    <div role="status">
      {state in BANNERS && <p className="offline-banner">{BANNERS[state]} You see the last data that was loaded.</p>}
    </div>
  );
}
