/** What the server answered instead: RFC 9457. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The name at the end of its `type`, such as `slot-taken`. */
  readonly kind: string;
  readonly retryAfterS: number | undefined;

  constructor(status: number, kind: string, detail: string, retryAfterS?: number) {
    super(detail);
    this.status = status;
    this.kind = kind;
    this.retryAfterS = retryAfterS;
  }
}

/** Nothing came back: the network or the server is away. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause });
  }
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const body: { type?: string; detail?: string; errors?: { path: string; message: string }[] } = await response
    .json()
    .catch(() => ({}));
  const flaws = body.errors?.map(({ path, message }) => `${path.split('/').at(-1)} ${message}`.trim());
  const detail = flaws?.length ? flaws.join('; ') : (body.detail ?? `The server answered ${response.status}`);
  const kind = body.type?.split(':').at(-1) ?? 'unknown';
  return new ApiProblem(response.status, kind, detail, Number.isNaN(retryAfter) ? undefined : retryAfter);
}

/** A failure in words for a person. */
export function saidOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong';
}
