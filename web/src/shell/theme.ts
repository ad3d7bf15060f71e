import { useSyncExternalStore } from 'react';

/** `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const KEPT_AS = 'holdfast.theme';
const listeners = new Set<() => void>();

function read(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function applyTheme(): void {
  const theme = read();
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AS, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, read);
}
