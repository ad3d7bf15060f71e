import type { Problem } from './api.ts';

/** A problem that the server answered with, as in RFC 9457. `type` identifies the kind of problem. */
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

  /** Seconds to wait before the next request, from `Retry-After`. */
  get retryAfterS(): number | undefined {
    const after = Number(this.headers.get('retry-after') ?? Number.NaN);
    return Number.isFinite(after) ? after : undefined;
  }
}

/** The problem in a response. A response without one, such as a proxy's page, is described by its status. */
export async function readProblem(response: Response): Promise<HoldfastProblem> {
  const { status, statusText, headers } = response;
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  const problem = (isProblem ? await response.json().catch(() => undefined) : undefined) as Problem | undefined;
  if (!isProblem) await response.body?.cancel();
  if (problem) return new HoldfastProblem(problem, headers);
  return unexplained(status, statusText, `The answer was ${`${status} ${statusText}`.trim()}`, headers);
}

export function unexplained(status: number, title: string, detail: string, headers: Headers): HoldfastProblem {
  return new HoldfastProblem({ type: 'about:blank', title, status, detail, instance: '' }, headers);
}
