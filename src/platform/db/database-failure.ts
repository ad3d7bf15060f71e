import { Failure, Malformed, Unavailable } from '../errors.ts';

/** Failures by the name of the constraint that causes them. Each module defines its own; `src/compose` joins them. */
export type ConstraintFailures = Readonly<Record<string, () => Failure>>;

interface PostgresError extends Error {
  readonly code: string;
  readonly constraint?: string;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** Rows that a transaction read before it took its locks have changed. It starts again, as after a deadlock. */
export class StaleRead extends Error {}

/** Whether the same work may succeed when it runs again from its start. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof StaleRead) return true;
  return isPostgresError(error) && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED);
}

/**
 * Translates an error into a failure by its SQLSTATE and constraint name, for both drivers. Other errors are returned as
 * they are, and end as a 500 that shows only an id.
 */
export function toFailure(error: unknown, constraints: ConstraintFailures): unknown {
  if (error instanceof Failure) return error;
  if (error instanceof StaleRead) return toContention(error);
  if (!isPostgresError(error)) return isConnectionError(error) ? toDatabaseUnavailable(error) : error;
  const createFailure = error.constraint === undefined ? undefined : constraints[error.constraint];
  if (createFailure) return createFailure();
  return fromSqlState(error);
}

function fromSqlState(error: PostgresError): unknown {
  switch (error.code) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK_DETECTED:
    case '55P03': // lock_not_available
      return toContention(error);
    case '57014': // query_canceled: the statement timeout
      return new Unavailable('database-slow', 'The database took too long. Try again in a few seconds.', 2, {
        cause: error,
      });
    case '22021': // character_not_in_repertoire
    case '22P05': // untranslatable_character
      return new Malformed([{ path: '', message: 'contains a character that cannot be stored' }]);
    case '25P03': // idle_in_transaction_session_timeout
    case '25006': // read_only_sql_transaction: a standby during a failover
      return toDatabaseUnavailable(error);
    default:
      return UNAVAILABLE.test(error.code) ? toDatabaseUnavailable(error) : error;
  }
}

/**
 * SQLSTATEs of a database that cannot be used: 08 connection, 28 and 3D000 refused login, 53 resources (connections,
 * memory, disk), 55000 not accepting connections yet, 57P shutdown and startup, 58 system.
 */
const UNAVAILABLE = /^(08|28|3D000|53|55000|57P|58)/;

function toContention(cause: unknown): Unavailable {
  return new Unavailable('contention', 'Too many requests change the same rows. Try again in a second.', 1, { cause });
}

function toDatabaseUnavailable(cause: unknown): Unavailable {
  return new Unavailable('database-unavailable', 'The database cannot be reached. Try again in a few seconds.', 2, {
    cause,
  });
}

/** Whether the PostgreSQL server itself reported the error. The session may have ended with it. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code)) && 'severity' in error;
}

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** Messages of errors that node-postgres reports without a code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|driver has already been destroyed|Connection ended)/i;

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  const code = 'code' in error ? String(error.code) : '';
  const syscall = 'syscall' in error;
  return (syscall && SYSTEM_CODES.has(code)) || DRIVER_MESSAGES.test(error.message);
}
