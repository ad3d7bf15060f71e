import type { Random } from '../../../src/platform/seeded-random.ts';
import type { JsonSchema, Route } from './api-surface.ts';
import type { World } from './good-values.ts';

/** A request under construction. It is valid until a mutation changes it. */
export interface Draft {
  readonly route: Route;
  /** The methods of the path. */
  readonly methods: ReadonlySet<string>;
  method: string;
  /** Percent-encoded values by name. */
  readonly params: Map<string, string>;
  /** Percent-encoded names and values. */
  query: (readonly [string, string])[];
  /** The fields of the body as JSON. Ignored when `body` is set. */
  readonly fields: Map<string, string>;
  /** The whole body, if it is no longer made of `fields`. */
  body: string | undefined;
  /** The whole target, if it is no longer made of the route, `params` and `query`. */
  target: string | undefined;
  headers: (readonly [string, string])[];
  /** The statuses that the contract allows, if it leaves no choice. */
  allowed: readonly number[] | undefined;
}

/** Spoils one part of a draft. Returns a label, or `undefined` when the draft has no such part and is unchanged. */
export type Mutation = (random: Random, draft: Draft, world: World) => string | undefined;

/** A text as JSON, shortened to 60 characters. */
export const quoteShort = (text: string) =>
  text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text);

/** Sets a query parameter, in place of all of that name. */
export function setQuery(draft: Draft, name: string, value: string): void {
  draft.query = [...draft.query.filter(([each]) => each !== name), [name, value]];
}

/** The names of the body's fields that match a predicate. */
export function fieldsWhere(draft: Draft, matches: (name: string, schema: JsonSchema) => boolean): string[] {
  return Object.entries(draft.route.body?.properties ?? {})
    .filter(([name, schema]) => matches(name, schema))
    .map(([name]) => name);
}
