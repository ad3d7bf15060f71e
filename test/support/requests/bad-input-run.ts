import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { contractViolations, type WireAnswer } from '../server/contract.ts';
import { type Route, readRoutes } from './api-surface.ts';
import { type PlannedRequest, planGoodRequest, planRequest } from './bad-requests.ts';
import { idKind, type World } from './good-values.ts';
import { readBackViolations } from './read-back.ts';

/** Sends a request to the server. Rejects when there is no answer. */
export type Send = (request: PlannedRequest) => Promise<WireAnswer>;

/** A request whose answer violates the contract. */
export interface ViolatingCase {
  readonly index: number;
  readonly request: PlannedRequest;
  readonly answer: WireAnswer | undefined;
  /** The violations, in words. */
  readonly violations: readonly string[];
}

export interface RunResult {
  readonly cases: number;
  /** Number of answers by status. */
  readonly byStatus: Map<string, number>;
  /** The slowest answers, slowest first. */
  readonly slowest: readonly { readonly ms: number; readonly label: string }[];
  /** One case for each combination of route and violations. */
  readonly violatingCases: readonly ViolatingCase[];
}

export interface RunOptions {
  readonly seed: number;
  /** Index of the first case, so that a single case can be repeated. Defaults to 0. */
  readonly from?: number;
  readonly cases: number;
  readonly concurrency: number;
  readonly routes: readonly Route[];
  readonly world: World;
  readonly send: Send;
  /** Number of violating cases after which the run ends. Defaults to 20. */
  readonly maxViolatingCases?: number;
  readonly onProgress?: (done: number, violatingCases: number) => void;
}

/** Reads the routes from the server's OpenAPI document. */
export async function readSurface(send: Send): Promise<Route[]> {
  const answer = await send(plain('GET', '/openapi.json'));
  if (answer.status !== 200) throw new Error(`GET /openapi.json: ${answer.status}`);
  return readRoutes(JSON.parse(answer.body));
}

/** A request without anything unusual. */
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

/** A world, and the number of answers by status that were needed to fill it. */
interface PreparedWorld extends World {
  readonly byStatus: Map<string, number>;
}

/** Fills the server through its own routes, and collects every id in the answers. */
export async function prepareWorld(send: Send, routes: readonly Route[], seed: number): Promise<PreparedWorld> {
  const todayMs = Date.now() - (Date.now() % 86_400_000);
  const world: PreparedWorld = { ids: new Map(), todayMs, byStatus: new Map() };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, route] of routes.entries()) {
      // Deletions would leave little to find.
      if (route.method === 'DELETE') continue;
      const request = planGoodRequest(seededRandom(seed, -1 - round * routes.length - place), route, routes, world);
      const answer = await send(request);
      count(world.byStatus, String(answer.status));
      if (answer.status < 300) collectIds(JSON.parse(answer.body || 'null'), route.path, world);
    }
  }
  return world;
}

function count(byStatus: Map<string, number>, status: string): void {
  byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
}

/** Adds the ids in a JSON value to the world. */
function collectIds(value: unknown, path: string, world: World): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (/(^|_)id$/.test(name) && Number.isSafeInteger(inner)) {
      const kind = idKind(name, path);
      const ids = world.ids.get(kind) ?? [];
      if (!ids.includes(inner as number) && ids.length < 500) world.ids.set(kind, [...ids, inner as number]);
    } else collectIds(inner, path, world);
  }
}

/** Sends the cases concurrently, and checks every answer against the contract. */
export async function runCases(options: RunOptions): Promise<RunResult> {
  const { seed, from = 0, cases, concurrency, routes, world, send, maxViolatingCases = 20 } = options;
  const byStatus = new Map<string, number>();
  const violatingCases = new Map<string, ViolatingCase>();
  let slowest: { ms: number; label: string }[] = [];
  let next = from;
  let done = 0;
  async function work(): Promise<void> {
    while (next < from + cases && violatingCases.size < maxViolatingCases) {
      const index = next;
      next += 1;
      const request = planRequest(seed, index, routes, world);
      const { answer, violations } = await sendChecked(send, request, routes);
      const kind = `${violations.join()} ${request.label.split(':')[0]}`;
      if (violations.length > 0 && !violatingCases.has(kind)) {
        violatingCases.set(kind, { index, request, answer, violations });
      }
      count(byStatus, answer ? String(answer.status) : 'no answer');
      if (answer) {
        slowest = [...slowest, { ms: answer.ms, label: request.label }].sort((a, b) => b.ms - a.ms).slice(0, 5);
      }
      done += 1;
      options.onProgress?.(done, violatingCases.size);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return { cases: done, byStatus, slowest, violatingCases: [...violatingCases.values()] };
}

async function sendChecked(send: Send, request: PlannedRequest, routes: readonly Route[]) {
  try {
    const answer = await send(request);
    const violations = [...contractViolations(request, answer), ...readBackViolations(request, answer, routes)];
    return { answer, violations };
  } catch (error) {
    return { answer: undefined, violations: [`no answer: ${error instanceof Error ? error.message : error}`] };
  }
}

/** A violating case, with everything that is needed to repeat it. */
export function formatViolatingCase(seed: number, { index, request, answer, violations }: ViolatingCase): string {
  return [
    `VIOLATION ${violations.join('; ')}`,
    `  case     ${request.label}`,
    `  repeat   npm run fuzz -- --seed ${seed} --from ${index} --cases 1`,
    `  request  ${request.method} ${shortened(request.target)}`,
    ...request.headers.map(([name, value]) => `           ${name}: ${shortened(value)}`),
    `  body     ${shortened(request.body)}`,
    `  answer   ${answer?.status ?? 'none'} ${shortened(answer?.body)}`,
  ].join('\n');
}

function shortened(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  if (text.length <= 700) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, 700))}… (${text.length} characters)`;
}
