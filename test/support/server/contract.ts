/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Time from the request to the end of the answer, in milliseconds. */
  readonly ms: number;
}

/** The parts of a request that decide which answers are right. */
export interface SentRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The statuses that the contract allows, if it leaves no choice. */
  readonly allowed: readonly number[] | undefined;
}

/** Maximum time of any answer when nothing is overloaded and no fault is injected, in milliseconds. */
export const ANSWER_WITHIN_MS = 5_000;

const PROBLEM_FIELDS = new Set(['type', 'title', 'status', 'detail', 'instance', 'errors', 'remaining']);
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Text of stacks, of the driver and of PostgreSQL. The generator puts none of it into requests. */
const INTERNAL_TEXT =
  /node_modules|file:\/\/|\.[tj]s:\d+|wasm:|\bat \w+[.(]|kysely|pg_catalog|syntax error|violates|relation "|column "|out of range for type|invalid input syntax|SQLSTATE|ECONN|TypeError|RangeError|Maximum call stack/i;

/** The parts of the contract that an answer violates, in words. */
export function contractViolations(request: SentRequest, answer: WireAnswer): string[] {
  const { status, headers } = answer;
  const violations = bodyViolations(request, answer);
  if (status >= 500) violations.push(`status ${status}`);
  if (answer.ms > ANSWER_WITHIN_MS) violations.push(`took ${Math.round(answer.ms)} ms`);
  if (request.allowed && !request.allowed.includes(status)) {
    violations.push(`${status} where only ${request.allowed} is allowed`);
  }
  if (headers['x-request-id'] === undefined) violations.push('no x-request-id');
  if (headers['x-content-type-options'] !== 'nosniff') violations.push('no security headers');
  if (status === 405 && !headers.allow) violations.push('405 without Allow');
  if ((status === 429 || status === 503) && !headers['retry-after']) violations.push(`${status} without Retry-After`);
  return violations;
}

function bodyViolations(request: SentRequest, answer: WireAnswer): string[] {
  const { status, headers, body } = answer;
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    return body === '' ? [] : ['a body where none is allowed'];
  }
  if (status >= 400) {
    // A replay is equal byte for byte, and so has the id of the first request.
    const mayBeReplay = request.headers.some(([name]) => name.toLowerCase() === 'idempotency-key');
    const hasOwnId = mayBeReplay || body.includes(`urn:uuid:${headers['x-request-id']}`);
    return [...problemViolations(answer), ...(hasOwnId ? [] : ['an instance that is not the x-request-id'])];
  }
  // Pages, metrics and the OpenAPI document have formats of their own.
  if (!isApi(request.target) || isPage(request.target, headers['content-type'])) return [];
  const isJsonAnswer = isJson(body) && headers['content-type']?.startsWith('application/json');
  return isJsonAnswer ? [] : [`a ${status} that is not JSON`];
}

/** Whether a target leads to the page: `/`, and other targets that a client resolves to it because of `..`. */
function isPage(target: string, type: string | undefined): boolean {
  const isRoot = URL.canParse(target, 'http://holdfast') && new URL(target, 'http://holdfast').pathname === '/';
  return isRoot && type === 'text/html; charset=utf-8';
}

/** The violations of an answer while a fault is injected, when it may be late and may be a 503. */
export function refusalViolations(answer: WireAnswer): string[] {
  if (answer.status < 400) return [];
  const hasRetryAfter = answer.status !== 503 || answer.headers['retry-after'];
  return [...problemViolations(answer), ...(hasRetryAfter ? [] : ['503 without Retry-After'])];
}

/** The violations in the format of an error. */
export function problemViolations({ status, headers, body }: Omit<WireAnswer, 'ms'>): string[] {
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8') {
    return [`an error of type ${headers['content-type']}`];
  }
  if (!isJson(body)) return ['an error that is not JSON'];
  const problem = JSON.parse(body) as Record<string, unknown>;
  const violations: string[] = [];
  const unknownFields = Object.keys(problem).filter((name) => !PROBLEM_FIELDS.has(name));
  if (unknownFields.length > 0) violations.push(`unknown fields ${unknownFields}`);
  if (problem.status !== status) violations.push(`status ${String(problem.status)} in the body of a ${status}`);
  if (!/^urn:holdfast:problem:[a-z0-9-]+$/.test(String(problem.type))) violations.push('no stable type');
  for (const name of ['title', 'detail']) {
    if (typeof problem[name] !== 'string' || problem[name] === '') violations.push(`no ${name}`);
  }
  if (!UUID.test(String(problem.instance))) violations.push('no instance');
  if (status === 400 || problem.errors !== undefined) violations.push(...fieldErrorViolations(problem.errors));
  if (INTERNAL_TEXT.test(body)) violations.push('internal text');
  return violations;
}

function fieldErrorViolations(errors: unknown): string[] {
  if (!Array.isArray(errors) || errors.length === 0) return ['a 400 without field errors'];
  const isAnyIncomplete = errors.some((each: Record<string, unknown> | null) => {
    return typeof each?.path !== 'string' || typeof each.message !== 'string' || each.message === '';
  });
  return isAnyIncomplete ? ['field errors without path and message'] : [];
}

function isApi(target: string): boolean {
  return !/^\/+(docs|metrics|openapi\.json)/i.test(target);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
