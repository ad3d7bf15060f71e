import { type Random, seededRandom } from '../../../src/platform/seeded-random.ts';
import { methodsByPath, type Route } from './api-surface.ts';
import { BODY_TWISTS } from './body-mutations.ts';
import type { Draft } from './draft.ts';
import { goodFields, goodText, type World, writeObject } from './good-values.ts';
import { HEADER_TWISTS } from './header-mutations.ts';
import { ADDRESS_TWISTS } from './url-mutations.ts';

/** A request as it is sent: nothing is added, encoded or put right on its way. */
export interface PlannedRequest {
  /** What is bad about it. */
  readonly label: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  /** Where the contract leaves no choice: the statuses it allows. */
  readonly allowed: readonly number[] | undefined;
}

/** Parameters of which a request has exactly one: OpenAPI has no words for it. */
const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v1/reservations': ['client_id', 'provider_id'],
};

const TWISTS = [...ADDRESS_TWISTS, ...BODY_TWISTS, ...HEADER_TWISTS];

/** Plans case `index` of a run: the same for the same seed, routes and world. */
export function planRequest(seed: number, index: number, routes: readonly Route[], world: World): PlannedRequest {
  const random = seededRandom(seed, index);
  const draft = goodDraft(random, random.pick(routes), routes, world);
  const twists = random.pick([0, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
  const labels: string[] = [];
  for (let tries = 0; labels.length < twists && tries < 50; tries += 1) {
    const label = random.pick(TWISTS)(random, draft, world);
    if (label !== undefined) labels.push(label);
  }
  // What two twists lead to together is anybody's guess, as long as it is no failure of ours.
  if (labels.length !== 1) draft.allowed = undefined;
  return finish(draft, labels);
}

/** A request nothing is wrong with. */
export function planGoodRequest(random: Random, route: Route, routes: readonly Route[], world: World): PlannedRequest {
  return finish(goodDraft(random, route, routes, world), []);
}

function goodDraft(random: Random, route: Route, routes: readonly Route[], world: World): Draft {
  const text = (each: Route['parameters'][number]) =>
    encodeURIComponent(goodText(random, each.name, each.schema, route, world));
  const inPath = route.parameters.filter((each) => each.in === 'path');
  const choices = ONE_OF[`${route.method} ${route.path}`] ?? [];
  const chosen = choices.length === 0 ? undefined : random.pick(choices);
  const inQuery = route.parameters.filter((each) => {
    if (each.in !== 'query') return false;
    return choices.includes(each.name) ? each.name === chosen : each.required || random.chance(0.4);
  });
  return {
    route,
    methods: methodsByPath(routes).get(route.path) ?? new Set(),
    method: route.method,
    params: new Map(inPath.map((each) => [each.name, text(each)])),
    query: inQuery.map((each) => [each.name, text(each)] as const),
    fields: route.body === undefined ? new Map() : goodFields(random, route.body, route.path, world),
    body: undefined,
    target: undefined,
    headers: route.body === undefined ? [] : [['content-type', 'application/json']],
    allowed: undefined,
  };
}

function finish(draft: Draft, labels: readonly string[]): PlannedRequest {
  const path = draft.route.path.replace(/\{(\w+)\}/g, (_all, name: string) => draft.params.get(name) ?? '');
  const query = draft.query.map(([name, value]) => `${name}=${value}`).join('&');
  const ownBody = draft.route.body === undefined ? undefined : writeObject(draft.fields);
  return {
    label: `${draft.route.method} ${draft.route.path}: ${labels.join(', ') || 'nothing wrong'}`,
    method: draft.method,
    target: draft.target ?? (query === '' ? path : `${path}?${query}`),
    headers: draft.headers,
    body: draft.body ?? ownBody,
    allowed: draft.allowed,
  };
}
