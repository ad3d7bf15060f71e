import { useSyncExternalStore } from 'react';

/** `#/orders?page=3`: the server knows one page, and what is behind the hash is this page's own. */
export interface Place {
  readonly view: string;
  readonly query: URLSearchParams;
}

function parse(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { view: path, query: new URLSearchParams(query) };
}

type Query = Readonly<Record<string, string | number | undefined>>;

export function linkTo(view: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return `#/${view}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`;
}

export function go(view: string, query: Query = {}): void {
  location.hash = linkTo(view, query);
}

/** Changes the query of where one is, without a new entry in the history. */
export function amend(query: Query): void {
  const { view, query: now } = parse(location.hash);
  const next = { ...Object.fromEntries(now), ...query };
  history.replaceState(null, '', linkTo(view, next));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

let last: { hash: string; place: Place } | undefined;

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => {
    if (last?.hash !== location.hash) last = { hash: location.hash, place: parse(location.hash) };
    return last.place;
  });
}

/** A positive whole number out of the query. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
}

/** A date of a year with four digits out of the query, and room for a month around it. */
export function dateOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? '';
  const ms = /^[1-8]\d{3}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // 30 February is not a date, though some make one of it.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? text : undefined;
}
