import type { Id } from './ids.ts';

/**
 * What went wrong, in terms a caller can act on. The HTTP edge alone turns a kind into a status
 * (`platform/http/problem.ts`); nothing below it knows a status code.
 */
export type FailureKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'unprocessable'
  | 'unavailable';

/** One thing wrong with a request: where, and what. */
export interface Flaw {
  /** A JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
  readonly path: string;
  readonly message: string;
}

/** A failure with a stable `type`; its message is the sentence a caller is shown. */
export abstract class Failure extends Error {
  abstract readonly kind: FailureKind;
  /** Stable, kebab-case, part of the API: `slot-taken`. */
  abstract readonly type: string;
  /** A short summary of the type, the same for every occurrence. */
  abstract readonly title: string;
  readonly flaws: readonly Flaw[] = [];
  /** Seconds after which a retry is worth while; only for `unavailable`. */
  readonly retryAfterS: number | undefined = undefined;
}

export class Malformed extends Failure {
  readonly kind = 'malformed';
  readonly type = 'malformed-request';
  readonly title = 'Malformed request';
  override readonly flaws: readonly Flaw[];
  constructor(flaws: readonly Flaw[]) {
    super(flaws.map((flaw) => `${flaw.path} ${flaw.message}`.trimStart()).join('; '));
    this.flaws = flaws;
  }
}

/** Of a kind of things, none has this id. */
export class NotFound extends Failure {
  readonly kind = 'not-found';
  readonly type: string;
  readonly title = 'Not found';
  /** @param subject in kebab-case, part of the type: `order` makes `no-such-order` */
  constructor(subject: string, id: Id | string) {
    super(`There is no ${subject} ${id}`);
    this.type = `no-such-${subject}`;
  }
}

/** The work was not done because something it needs is busy or away. Nothing was changed. */
export class Unavailable extends Failure {
  readonly kind = 'unavailable';
  readonly type: string;
  readonly title = 'Temporarily unavailable';
  override readonly retryAfterS: number;
  constructor(type: string, detail: string, retryAfterS = 1, options?: ErrorOptions) {
    super(detail, options);
    this.type = type;
    this.retryAfterS = retryAfterS;
  }
}
