import type { Random } from '../../../src/platform/seeded-random.ts';
import type { JsonSchema, Route } from './api-surface.ts';
import type { World } from './good-values.ts';

/** A request in the making: a good one, until a twist has been at it. */
export interface Draft {
  readonly route: Route;
  /** Methods the path has. */
  readonly methods: ReadonlySet<string>;
  method: string;
  /** Percent-encoded values by name. */
  readonly params: Map<string, string>;
  /** Percent-encoded pairs. */
  query: (readonly [string, string])[];
  /** The body's fields as JSON, until `body` says otherwise. */
  readonly fields: Map<string, string>;
  body: string | undefined;
  /** The whole target, where it is no longer put together from the route. */
  target: string | undefined;
  headers: (readonly [string, string])[];
  allowed: readonly number[] | undefined;
}

/** Makes one thing of a draft bad and says what, or leaves it alone when there is no such thing. */
export type Twist = (random: Random, draft: Draft, world: World) => string | undefined;

/** A value, cut where it is long. */
export const show = (text: string) =>
  text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text);

/** Puts a query parameter in the place of those of its name. */
export function setQuery(draft: Draft, name: string, value: string): void {
  draft.query = [...draft.query.filter(([each]) => each !== name), [name, value]];
}

/** The fields of the body that are of a kind. */
export function fieldsWhere(draft: Draft, is: (name: string, schema: JsonSchema) => boolean): string[] {
  return Object.entries(draft.route.body?.properties ?? {})
    .filter(([name, schema]) => is(name, schema))
    .map(([name]) => name);
}
