import type { Id } from './ids.ts';

/**
 * What went wrong, in terms a caller can act on. Only the HTTP edge turns a kind into a status code
 * (`platform/http/problem.ts`); nothing below it knows one.
 */
export type FailureKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'unsupported-media-type'
  | 'unprocessable'
  | 'internal'
  | 'unavailable';

/** One thing wrong with a request: where, and what. */
export interface FieldError {
  /** A JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
  readonly path: string;
  readonly message: string;
}

/** What every occurrence of one failure shares. */
export interface FailureType {
  readonly kind: FailureKind;
  /** Stable, kebab-case, part of the API: `slot-taken`. */
  readonly type: string;
  /** A short summary, the same for every occurrence. */
  readonly title: string;
  /** JSON schemas of the members that this failure adds to its problem (RFC 9457, section 3.2), by name. */
  readonly extensionSchemas?: Readonly<Record<string, ExtensionSchema>>;
}

/** The JSON schema of one extension member. The first example is shown in the OpenAPI document. */
interface ExtensionSchema {
  readonly type: string;
  readonly description: string;
  readonly examples: readonly [unknown, ...unknown[]];
}

/** A failure with a stable `type`; its message is the sentence shown to the caller. */
export abstract class Failure extends Error implements FailureType {
  abstract readonly kind: FailureKind;
  abstract readonly type: string;
  abstract readonly title: string;
  readonly errors: readonly FieldError[] = [];
  /** Members that this occurrence adds to its problem, by name (RFC 9457, section 3.2). */
  readonly extensions: Readonly<Record<string, unknown>> = {};
  /** Seconds after which a retry is worthwhile. */
  readonly retryAfterS: number | undefined = undefined;
}

/**
 * The base class of one failure. Kind, type and title are static too, so that a route can declare the failures it may
 * answer with: `class SlotTaken extends failure('conflict', 'slot-taken', 'Slot is taken')`.
 */
export function failure(kind: FailureKind, type: string, title: string) {
  return class extends Failure {
    static readonly kind = kind;
    static readonly type = type;
    static readonly title = title;
    readonly kind = kind;
    readonly type = type;
    readonly title = title;
  };
}

export class Malformed extends failure('malformed', 'malformed-request', 'Malformed request') {
  override readonly errors: readonly FieldError[];
  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path} ${message}`.trimStart()).join('; '));
    this.errors = errors;
  }
}

const NOT_FOUND = 'Not found';

/** No thing of this kind has this id. */
export class NotFound extends Failure {
  readonly kind = 'not-found';
  readonly type: string;
  readonly title = NOT_FOUND;
  /** @param subject in kebab-case, part of the type: `order` makes `no-such-order` */
  constructor(subject: string, id: Id | string) {
    super(`There is no ${subject} ${id}`);
    this.type = noSuch(subject).type;
  }
}

/** The type of `NotFound` for a subject. */
export function noSuch(subject: string): FailureType {
  return { kind: 'not-found', type: `no-such-${subject}`, title: NOT_FOUND };
}

const UNAVAILABLE = 'Temporarily unavailable';

/** The work was not done because something it needs is busy or unreachable. Nothing was changed. */
export class Unavailable extends Failure {
  readonly kind = 'unavailable';
  readonly type: string;
  readonly title = UNAVAILABLE;
  override readonly retryAfterS: number;
  constructor(type: string, detail: string, retryAfterS = 1, options?: ErrorOptions) {
    super(detail, options);
    this.type = type;
    this.retryAfterS = retryAfterS;
  }
}

/** The type of an `Unavailable`. */
export function unavailable(type: string): FailureType {
  return { kind: 'unavailable', type, title: UNAVAILABLE };
}
