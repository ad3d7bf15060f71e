import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { EXPECTED, type ExpectedAccess, type Foreign, type TriedRole } from './expected-access.ts';
import { foreignOf, type MatrixOperation, type MatrixRequest, requestsOf } from './matrix-requests.ts';
import { type MatrixWorld, makeWorld } from './matrix-world.ts';
import { changedTables, digestTables } from './stored-rows.ts';

/** The number of requests that a matrix has tried, and each answer that is not the expected one. */
export interface MatrixResult {
  tried: number;
  readonly findings: string[];
}

/** An answer, as far as the matrix judges it. */
export interface MatrixAnswer {
  readonly status: number;
  /** The last part of the problem's type. */
  readonly type: string | undefined;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Sends a request. The stream of events ends as soon as its head has arrived. */
export async function send(
  app: HttpServer,
  { method, url, body, isStream }: MatrixRequest,
  headers: Record<string, string>,
): Promise<MatrixAnswer> {
  const payload = body === undefined ? {} : { payload: body };
  const response = await app.inject({ method, url, headers, ...payload, payloadAsStream: isStream });
  const text = isStream ? await readRefusal(response.stream(), response.statusCode) : response.body;
  const [, type] = /"type":"urn:holdfast:problem:([\w-]+)"/.exec(text) ?? [];
  return { status: response.statusCode, type, text, headers: response.headers };
}

async function readRefusal(stream: Readable, status: number): Promise<string> {
  if (status !== 200) return textOf(stream);
  stream.destroy();
  return '';
}

/** The refusal that a request must get; `undefined` when it is allowed. */
function refusalOf(access: ExpectedAccess, role: TriedRole, variant: MatrixRequest['variant']): string | undefined {
  if (access === 'public') return undefined;
  const refusals = access[role];
  return refusals === undefined ? '403 forbidden' : named(refusals[variant as Foreign]);
}

function named(refusal: string | undefined): string | undefined {
  return refusal === '403' ? '403 forbidden' : refusal;
}

/**
 * Sends every request of every operation as one role, and judges the answers. Requests to be refused come first, and must
 * change nothing; the others then run. Of both, reads come first and what deletes last: with the key of a control even
 * the first ones have an effect.
 *
 * @param token replaces the role's own key, for controls
 */
export async function tryRole(
  app: HttpServer,
  database: Database,
  operations: readonly MatrixOperation[],
  role: TriedRole,
  token?: (world: MatrixWorld) => string,
): Promise<MatrixResult> {
  const result: MatrixResult = { tried: 0, findings: [] };
  const world = await makeWorld(app, database);
  const headers = { authorization: `Bearer ${token?.(world) ?? world.tokens[role]}` };
  const all = operations.flatMap((operation) =>
    requestsOf(operation, world, role).map((request) => ({
      request,
      refusal: refusalOf(EXPECTED[operation.id] ?? {}, role, request.variant),
    })),
  );
  const requests = all.sort((a, b) => orderOf(a.request) - orderOf(b.request));
  const judge = async ({ request, refusal }: (typeof requests)[number]) => {
    const answer = await send(app, request, headers);
    result.tried += 1;
    if (!isAsExpected(answer, refusal)) result.findings.push(describe(role, request, refusal, answer));
  };
  const before = await digestTables(database);
  for (const each of requests.filter(({ refusal }) => refusal !== undefined)) await judge(each);
  const changed = changedTables(before, await digestTables(database));
  if (changed.length > 0)
    result.findings.push(`requests of the ${role} that were refused changed ${changed.join(', ')}`);
  const allowed = requests.filter(({ refusal }) => refusal === undefined);
  for (const each of allowed) await judge(each);
  return result;
}

function isAsExpected({ status, type }: MatrixAnswer, refusal: string | undefined): boolean {
  if (refusal === undefined) return ![401, 403, 404].includes(status) && status < 500;
  return refusal === '404' ? status === 404 : `${status} ${type}` === refusal;
}

function describe(role: TriedRole, request: MatrixRequest, refusal: string | undefined, answer: MatrixAnswer): string {
  const { operation, variant, method, url } = request;
  const got = `${answer.status} ${answer.type ?? ''}`.trimEnd();
  return `${role}, ${operation} (${variant}): ${method} ${url} answered ${got} instead of ${refusal ?? 'an allowed answer'}`;
}

const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function orderOf({ method, operation }: MatrixRequest): number {
  // An erasure ends the keys of its client.
  if (operation === 'eraseClient') return ORDER.length;
  return ORDER.indexOf(method) + (operation.startsWith('cancel') ? 0.5 : 0);
}

/** Rows that no operation has, operations without a row, and refusals that no request tries. */
export function gapsOf(operations: readonly MatrixOperation[], others: readonly string[]): string[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const missing = [...byId.keys(), ...others].filter((id) => EXPECTED[id] === undefined);
  const unused = Object.keys(EXPECTED).filter((id) => !byId.has(id) && !others.includes(id));
  const untried = Object.entries(EXPECTED).flatMap(([id, access]) => {
    const operation = byId.get(id);
    const listed = access === 'public' ? [] : Object.values(access).flatMap((refusals) => Object.keys(refusals));
    const tried = operation === undefined ? [] : foreignOf(operation);
    return [...new Set(listed)]
      .filter((variant) => !tried.includes(variant as Foreign))
      .map((variant) => `${id}: ${variant}`);
  });
  return [
    ...missing.map((id) => `${id} has no row`),
    ...unused.map((id) => `the row ${id} has no operation`),
    ...untried.map((each) => `${each} is not tried`),
  ];
}
