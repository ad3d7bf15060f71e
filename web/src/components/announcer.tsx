import { useSyncExternalStore } from 'react';

let current = '';
const listeners = new Set<() => void>();

/** Has screen readers read a sentence that needs no place on the page. */
export function announce(sentence: string): void {
  // The same sentence twice is no change, and would not be read again.
  current = sentence === current ? `${sentence}\u00a0` : sentence;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The live region of `announce`. It is part of the page from the start, because readers skip regions that are new. */
export function Announcer() {
  return (
    <p className="visually-hidden announcer" role="status">
      {useSyncExternalStore(subscribe, () => current)}
    </p>
  );
}
