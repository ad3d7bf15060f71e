import { useMemo } from 'react';
import { useSearchParams } from 'wouter';

export type ViewPath =
  | 'book'
  | 'reservations'
  | 'items'
  | 'calendar'
  | 'orders'
  | 'vehicles'
  | 'operations'
  | 'webhooks';

const NUMBERS = ['at', 'experience', 'move', 'page', 'provider', 'vehicle', 'webhook'] as const;
const DATES = ['day', 'week'] as const;

export type ParamName = (typeof NUMBERS)[number] | (typeof DATES)[number];

/** Parameters of all views, as they are in the address. `at` is in seconds since 1970. */
export type AddressParams = { readonly [name in (typeof NUMBERS)[number]]?: number | undefined } & {
  readonly [name in (typeof DATES)[number]]?: string | undefined;
};

/** `/orders?page=3`. */
export function addressOf(view: ViewPath, params: AddressParams = {}): string {
  const search = toSearch(params).toString();
  return search === '' ? `/${view}` : `/${view}?${search}`;
}

/** The parameters of the current address, and a function that changes some of them without a new history entry. */
export function useAddressParams(): [AddressParams, (changes: AddressParams) => void] {
  const [search, setSearch] = useSearchParams();
  const params = useMemo(() => parseParams(search), [search]);
  const change = (changes: AddressParams) =>
    setSearch((current) => toSearch({ ...parseParams(current), ...changes }), { replace: true });
  return [params, change];
}

function toSearch(params: AddressParams): URLSearchParams {
  const present = Object.entries(params).filter(([, value]) => value !== undefined);
  return new URLSearchParams(present.map(([name, value]) => [name, String(value)]));
}

/** A parameter whose value the page cannot use: malformed, too large, or named twice. */
export interface UnusableParam {
  readonly name: ParamName;
  readonly text: string;
}

/**
 * The first of a view's parameters with an unusable value. The view is then not shown: with its defaults in place of
 * the value it would read, and write to, something that the address does not name.
 */
export function findUnusableParam(search: URLSearchParams, names: readonly ParamName[]): UnusableParam | undefined {
  const parsed = parseParams(search);
  const name = names.find((each) => search.has(each) && (parsed[each] === undefined || search.getAll(each).length > 1));
  return name === undefined ? undefined : { name, text: search.getAll(name).join(', ') };
}

/** Leaves out parameters with unusable values. */
export function parseParams(search: URLSearchParams): AddressParams {
  return {
    ...Object.fromEntries(NUMBERS.map((name) => [name, parsePositiveInteger(search.get(name) ?? '')])),
    ...Object.fromEntries(DATES.map((name) => [name, parseDate(search.get(name) ?? '')])),
  };
}

/** A positive integer up to 2^53 − 1, as the server's ids are. */
export function parsePositiveInteger(text: string): number | undefined {
  const value = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A calendar date of the years 1000 to 8999, so that months can be added without a fifth digit. */
function parseDate(text: string): string | undefined {
  const ms = /^[1-8]\d{3}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Some engines parse 30 February as 2 March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text) ? text : undefined;
}
