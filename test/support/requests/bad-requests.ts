import { type Random, seededRandom } from '../../../src/platform/seeded-random.ts';
import { methodsByPath, type Route } from './api-surface.ts';
import { BODY_MUTATIONS } from './body-mutations.ts';
import type { Draft } from './draft.ts';
import { goodFields, goodText, type World, writeObject } from './good-values.ts';
import { HEADER_MUTATIONS } from './header-mutations.ts';
import { URL_MUTATIONS } from './url-mutations.ts';
import { mutateWire } from './wire-mutations.ts';

/** A request as it is sent: nothing is added, encoded or corrected on its way. */
export interface PlannedRequest {
  /** The route and the mutations. */
  readonly label: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  /** The body as it is sent, if it is not `body` in UTF-8. */
  readonly bytes?: Buffer;
  /** The statuses that the contract allows, if it leaves no choice. */
  readonly allowed: readonly number[] | undefined;
}

/** Parameters of which a request must have exactly one, which OpenAPI cannot express. */
const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v1/reservations': ['client_id', 'provider_id'],
};

const MUTATIONS = [...URL_MUTATIONS, ...BODY_MUTATIONS, ...HEADER_MUTATIONS];

/** Plans case `index` of a run. The result depends only on the seed, the index, the routes and the world. */
export function planRequest(seed: number, index: number, routes: readonly Route[], world: World): PlannedRequest {
  const random = seededRandom(seed, index);
  const draft = goodDraft(random, random.pick(routes), routes, world);
  const mutationCount = random.pick([0, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
  const labels: string[] = [];
  for (let tries = 0; labels.length < mutationCount && tries < 50; tries += 1) {
    const label = random.pick(MUTATIONS)(random, draft, world);
    if (label !== undefined) labels.push(label);
  }
  // Mutations in combination can lead to any status that is not a failure of the server.
  if (labels.length !== 1) draft.allowed = undefined;
  return mutateWire(random, finish(draft, labels));
}

/** Plans a valid request. */
export function planGoodRequest(random: Random, route: Route, routes: readonly Route[], world: World): PlannedRequest {
  return finish(goodDraft(random, route, routes, world), []);
}

function goodDraft(random: Random, route: Route, routes: readonly Route[], world: World): Draft {
  const text = (each: Route['parameters'][number]) =>
    encodeURIComponent(goodText(random, each.name, each.schema, route, world));
  const inPath = route.parameters.filter((each) => each.in === 'path');
  const alternatives = ONE_OF[`${route.method} ${route.path}`] ?? [];
  const chosen = alternatives.length === 0 ? undefined : random.pick(alternatives);
  const inQuery = route.parameters.filter((each) => {
    if (each.in !== 'query') return false;
    return alternatives.includes(each.name) ? each.name === chosen : each.required || random.chance(0.4);
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
  const bodyOfFields = draft.route.body === undefined ? undefined : writeObject(draft.fields);
  return {
    label: `${draft.route.method} ${draft.route.path}: ${labels.join(', ') || 'valid'}`,
    method: draft.method,
    target: draft.target ?? (query === '' ? path : `${path}?${query}`),
    headers: draft.headers,
    body: draft.body ?? bodyOfFields,
    allowed: draft.allowed,
  };
}
