import type { Id } from './ids.ts';
import { shownText } from './shown-text.ts';

/**
 * The kind of a failure, in terms that a caller can act on. Only the HTTP layer turns a kind into a status code
 * (`platform/http/problem.ts`); nothing below it knows status codes.
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
  | 'rate-limited'
  | 'internal'
  | 'unavailable';

/** One invalid field of a request. */
export interface FieldError {
  /** A JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
  readonly path: string;
  readonly message: string;
}

/** The properties that all occurrences of a failure share. */
export interface FailureType {
  readonly kind: FailureKind;
  /** The identifier, in kebab-case. It is part of the API and never changes: `slot-taken`. */
  readonly type: string;
  /** A short summary. */
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

/** A failure with a stable `type`. Its message is the sentence that the caller sees. */
export abstract class Failure extends Error implements FailureType {
  abstract readonly kind: FailureKind;
  abstract readonly type: string;
  abstract readonly title: string;
  readonly errors: readonly FieldError[] = [];
  /** Members that this occurrence adds to its problem, by name (RFC 9457, section 3.2). */
  readonly extensions: Readonly<Record<string, unknown>> = {};
  /** Seconds after which a retry is worthwhile. */
  readonly retryAfterS: number | undefined = undefined;
  /** Headers that this failure adds to its answer, by lower-case name. */
  readonly headers: Readonly<Record<string, string>> = {};
}

/**
 * Creates the base class of a failure: `class SlotTaken extends failure('conflict', 'slot-taken', 'Not enough units are free')`.
 * Kind, type and title are static too, so that a route can declare the class among its failures.
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

/** The request is malformed in these fields. */
export class Malformed extends failure('malformed', 'malformed-request', 'Malformed request') {
  override readonly errors: readonly FieldError[];
  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path} ${message}`.trimStart()).join('; '));
    this.errors = errors;
  }
}

const NOT_FOUND = 'Not found';

/** There is nothing of this kind with this id. */
export class NotFound extends Failure {
  readonly kind = 'not-found';
  readonly type: string;
  readonly title = NOT_FOUND;
  /** @param subject the kind of thing, in kebab-case: `order` makes the type `no-such-order` */
  constructor(subject: string, id: Id | string) {
    super(`There is no ${subject} ${shownText(String(id))}`);
    this.type = noSuch(subject).type;
  }
}

/** The failure type of `NotFound` for a kind of thing. */
export function noSuch(subject: string): FailureType {
  return { kind: 'not-found', type: `no-such-${subject}`, title: NOT_FOUND };
}

const UNAVAILABLE = 'Temporarily unavailable';

/** Something that the request needs is busy or unreachable. Nothing was changed. */
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

/** The failure type of an `Unavailable`. */
export function unavailable(type: string): FailureType {
  return { kind: 'unavailable', type, title: UNAVAILABLE };
}
