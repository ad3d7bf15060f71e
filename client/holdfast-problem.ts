import type { Problem } from './api.ts';

/** The server's refusal, or its word that it cannot now: RFC 9457, told apart by `type`. */
export class HoldfastProblem extends Error {
  readonly status: number;
  /** `slot-taken`, without `urn:holdfast:problem:`. */
  readonly type: string;
  readonly problem: Problem;
  readonly headers: Headers;

  constructor(problem: Problem, headers: Headers) {
    super(problem.detail);
    this.name = 'HoldfastProblem';
    this.status = problem.status;
    this.type = problem.type.split(':').at(-1) ?? problem.type;
    this.problem = problem;
    this.headers = headers;
  }

  /** How long the server wants to be left alone. */
  get retryAfterS(): number | undefined {
    const after = Number(this.headers.get('retry-after') ?? Number.NaN);
    return Number.isFinite(after) ? after : undefined;
  }
}

/** Of an answer that is not what was asked for. What stands between may answer with a page of its own. */
export async function readProblem(response: Response): Promise<HoldfastProblem> {
  const { status, statusText, headers } = response;
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  const told = (isProblem ? await response.json().catch(() => undefined) : undefined) as Problem | undefined;
  if (!isProblem) await response.body?.cancel();
  if (told) return new HoldfastProblem(told, headers);
  return unexplained(status, statusText, `The answer was ${`${status} ${statusText}`.trim()}`, headers);
}

export function unexplained(status: number, title: string, detail: string, headers: Headers): HoldfastProblem {
  return new HoldfastProblem({ type: 'about:blank', title, status, detail, instance: '' }, headers);
}
