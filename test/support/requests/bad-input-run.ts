import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { brokenPromises, type WireAnswer } from '../server/contract.ts';
import { type Route, readRoutes } from './api-surface.ts';
import { type PlannedRequest, planGoodRequest, planRequest } from './bad-requests.ts';
import { idKind, type World } from './good-values.ts';

/** How a request reaches the server; rejects when no answer comes. */
export type Send = (request: PlannedRequest) => Promise<WireAnswer>;

export interface Violation {
  readonly index: number;
  readonly request: PlannedRequest;
  readonly answer: WireAnswer | undefined;
  readonly broken: readonly string[];
}

export interface RunResult {
  readonly cases: number;
  readonly byStatus: Map<string, number>;
  /** The slowest first. */
  readonly slowest: readonly { readonly ms: number; readonly label: string }[];
  /** One of each kind: the same promise broken by the same route is told once. */
  readonly violations: readonly Violation[];
}

export interface RunOptions {
  readonly seed: number;
  /** The first case's number; a single case is sent again by its number. */
  readonly from?: number;
  readonly cases: number;
  readonly concurrency: number;
  readonly routes: readonly Route[];
  readonly world: World;
  readonly send: Send;
  /** Cases are not worth sending on past so many kinds of violations. */
  readonly mostViolations?: number;
  readonly onProgress?: (done: number, violations: number) => void;
}

/** Reads the server's own description of its routes. */
export async function readSurface(send: Send): Promise<Route[]> {
  const answer = await send(plain('GET', '/openapi.json'));
  if (answer.status !== 200) throw new Error(`GET /openapi.json: ${answer.status}`);
  return readRoutes(JSON.parse(answer.body));
}

export function plain(method: string, target: string, body?: object): PlannedRequest {
  return {
    label: `${method} ${target}`,
    method,
    target,
    headers: body === undefined ? [] : [['content-type', 'application/json']],
    body: body === undefined ? undefined : JSON.stringify(body),
    allowed: undefined,
  };
}

const ROUNDS = 12;

/** Fills the server through its own routes, whichever there are, and keeps every id it tells. */
export async function prepareWorld(send: Send, routes: readonly Route[], seed: number): Promise<World> {
  const world: World = { ids: new Map(), todayMs: Date.now() - (Date.now() % 86_400_000) };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, route] of routes.entries()) {
      // What deletes would leave little to find.
      if (route.method === 'DELETE') continue;
      const request = planGoodRequest(seededRandom(seed, -1 - round * routes.length - place), route, routes, world);
      const answer = await send(request);
      if (answer.status < 300) harvest(JSON.parse(answer.body || 'null'), route.path, world);
    }
  }
  return world;
}

function harvest(value: unknown, path: string, world: World): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (/(^|_)id$/.test(name) && Number.isSafeInteger(inner)) {
      const kind = idKind(name, path);
      const ids = world.ids.get(kind) ?? [];
      if (!ids.includes(inner as number) && ids.length < 500) world.ids.set(kind, [...ids, inner as number]);
    } else harvest(inner, path, world);
  }
}

/** Sends the cases, some at once, and judges every answer. */
export async function runCases(options: RunOptions): Promise<RunResult> {
  const { seed, from = 0, cases, concurrency, routes, world, send, mostViolations = 20 } = options;
  const byStatus = new Map<string, number>();
  const violations = new Map<string, Violation>();
  let slowest: { ms: number; label: string }[] = [];
  let next = from;
  let done = 0;
  async function work(): Promise<void> {
    while (next < from + cases && violations.size < mostViolations) {
      const index = next;
      next += 1;
      const request = planRequest(seed, index, routes, world);
      const answer = await send(request).catch((error: Error) => error);
      const told = answer instanceof Error ? undefined : answer;
      const broken = answer instanceof Error ? [`no answer: ${answer.message}`] : brokenPromises(request, answer);
      const kind = `${broken.join()} ${request.label.split(':')[0]}`;
      if (broken.length > 0 && !violations.has(kind)) violations.set(kind, { index, request, answer: told, broken });
      const status = told ? String(told.status) : 'no answer';
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      if (told) slowest = [...slowest, { ms: told.ms, label: request.label }].sort((a, b) => b.ms - a.ms).slice(0, 5);
      done += 1;
      options.onProgress?.(done, violations.size);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return { cases: done, byStatus, slowest, violations: [...violations.values()] };
}

/** A violation with all that is needed to see it again. */
export function tellViolation(seed: number, { index, request, answer, broken }: Violation): string {
  const cut = (text: string | undefined) => {
    if (text === undefined) return 'nothing';
    return text.length > 700
      ? `${JSON.stringify(text.slice(0, 700))}… (${text.length} characters)`
      : JSON.stringify(text);
  };
  return [
    `VIOLATION ${broken.join('; ')}`,
    `  case     ${request.label}`,
    `  repeat   npm run fuzz -- --seed ${seed} --from ${index} --cases 1`,
    `  request  ${request.method} ${cut(request.target)}`,
    ...request.headers.map(([name, value]) => `           ${name}: ${cut(value)}`),
    `  body     ${cut(request.body)}`,
    `  answer   ${answer?.status ?? 'none'} ${cut(answer?.body)}`,
  ].join('\n');
}
