/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ms: number;
}

/** What was asked, as far as it bears on the answer. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly allowed: readonly number[] | undefined;
}

/** The longest any answer may take here, where nothing is overloaded and nothing is broken, in milliseconds. */
export const ANSWER_WITHIN_MS = 5_000;

const PROBLEM_FIELDS = new Set(['type', 'title', 'status', 'detail', 'instance', 'errors', 'remaining']);
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Words of stacks, of the driver and of PostgreSQL, none of which the generator puts into a request. */
const INSIDE =
  /node_modules|file:\/\/|\.[tj]s:\d+|wasm:|\bat \w+[.(]|kysely|pg_catalog|syntax error|violates|relation "|column "|out of range for type|invalid input syntax|SQLSTATE|ECONN|TypeError|RangeError|Maximum call stack/i;

/** What of the contract an answer breaks; nothing when it keeps it. */
export function brokenPromises(asked: Asked, answer: WireAnswer): string[] {
  const broken: string[] = [];
  const { status, headers, body } = answer;
  if (status >= 500) broken.push(`status ${status}`);
  if (answer.ms > ANSWER_WITHIN_MS) broken.push(`took ${Math.round(answer.ms)} ms`);
  if (asked.allowed && !asked.allowed.includes(status)) broken.push(`${status} where only ${asked.allowed} will do`);
  if (headers['x-request-id'] === undefined) broken.push('no x-request-id');
  if (headers['x-content-type-options'] !== 'nosniff') broken.push('no security headers');
  if (status === 405 && !headers.allow) broken.push('405 without Allow');
  if ((status === 429 || status === 503) && !headers['retry-after']) broken.push(`${status} without Retry-After`);
  if (asked.method === 'HEAD' || status === 204 || status === 304) {
    if (body !== '') broken.push('a body where none may be');
  } else if (status >= 400) {
    broken.push(...brokenProblem(answer));
    // A replay is equal to the byte, the first request's name included.
    const replayed = asked.headers.some(([name]) => name.toLowerCase() === 'idempotency-key');
    if (!replayed && !body.includes(`urn:uuid:${headers['x-request-id']}`)) broken.push('not under its x-request-id');
  } else if (!isOurs(asked.target) || isPage(asked.target, headers['content-type'])) {
    // Pages, metrics and the OpenAPI document have shapes of their own.
  } else if (!isJson(body) || !headers['content-type']?.startsWith('application/json')) {
    broken.push(`a ${status} that is no JSON`);
  }
  return broken;
}

/** `/` and what a client's own tidying of `..` makes of other addresses. */
function isPage(target: string, type: string | undefined): boolean {
  const isRoot = URL.canParse(target, 'http://holdfast') && new URL(target, 'http://holdfast').pathname === '/';
  return isRoot && type === 'text/html; charset=utf-8';
}

/** What is wrong with an answer in a time of faults, when it may be late and may be a 503. */
export function brokenRefusal(answer: WireAnswer): string[] {
  if (answer.status < 400) return [];
  const silent = answer.status === 503 && !answer.headers['retry-after'];
  return [...brokenProblem(answer), ...(silent ? ['503 without Retry-After'] : [])];
}

/** What is wrong with the shape of an error. */
export function brokenProblem({ status, headers, body }: Omit<WireAnswer, 'ms'>): string[] {
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8') {
    return [`an error of type ${headers['content-type']}`];
  }
  if (!isJson(body)) return ['an error that is no JSON'];
  const problem = JSON.parse(body) as Record<string, unknown>;
  const broken: string[] = [];
  const strange = Object.keys(problem).filter((name) => !PROBLEM_FIELDS.has(name));
  if (strange.length > 0) broken.push(`unknown fields ${strange}`);
  if (problem.status !== status) broken.push(`status ${String(problem.status)} in the body of a ${status}`);
  if (!/^urn:holdfast:problem:[a-z0-9-]+$/.test(String(problem.type))) broken.push('no stable type');
  for (const name of ['title', 'detail']) {
    if (typeof problem[name] !== 'string' || problem[name] === '') broken.push(`no ${name}`);
  }
  if (!UUID.test(String(problem.instance))) broken.push('no instance');
  if (status === 400 || problem.errors !== undefined) broken.push(...brokenErrors(problem.errors));
  if (INSIDE.test(body)) broken.push('words from the inside');
  return broken;
}

function brokenErrors(errors: unknown): string[] {
  if (!Array.isArray(errors) || errors.length === 0) return ['a 400 that does not say where'];
  const flawed = errors.some((each: Record<string, unknown> | null) => {
    return typeof each?.path !== 'string' || typeof each.message !== 'string' || each.message === '';
  });
  return flawed ? ['errors without path and message'] : [];
}

function isOurs(target: string): boolean {
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
