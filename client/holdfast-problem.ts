import type { Problem } from './api.ts';

/** The server's refusal, or its word that it cannot now: RFC 9457, told apart by `type`. */
export class HoldfastProblem extends Error {
  readonly status: number;
  /** `slot-taken`, without `urn:holdfast:problem:`. */
  readonly type: string;
  readonly problem: Problem;
  /** How long the server wants to be left alone. */
  readonly retryAfterS: number | undefined;

  constructor(problem: Problem, retryAfterS?: number) {
    super(problem.detail);
    this.name = 'HoldfastProblem';
    this.status = problem.status;
    this.type = problem.type.split(':').at(-1) ?? problem.type;
    this.problem = problem;
    this.retryAfterS = retryAfterS;
  }
}

/** What stands between may answer with a page of its own. */
export async function readProblem(response: Response): Promise<HoldfastProblem> {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterS = Number.isFinite(after) ? after : undefined;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const told = (isProblem ? await response.json().catch(() => undefined) : undefined) as Problem | undefined;
  if (!isProblem) await response.body?.cancel();
  const { status } = response;
  const detail = `The answer was ${status} ${response.statusText}`;
  return new HoldfastProblem(
    told ?? { type: 'about:blank', title: response.statusText, status, detail, instance: '' },
    retryAfterS,
  );
}
