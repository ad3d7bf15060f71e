import { Failure, Malformed, Unavailable } from '../errors.ts';

/** Constraint name → the failure it stands for. Modules say theirs; `compose.ts` joins them. */
export type ConstraintFailures = Readonly<Record<string, () => Failure>>;

interface PostgresError extends Error {
  readonly code: string;
  readonly constraint?: string;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** What a transaction read before it took its locks is no longer so: it starts again, as after a deadlock. */
export class StaleRead extends Error {}

export function isRetryable(error: unknown): boolean {
  if (error instanceof StaleRead) return true;
  return isPostgresError(error) && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED);
}

/**
 * SQLSTATE and constraint name to a failure, once, for both drivers. What it does not know stays as it is and
 * ends as a 500 that shows only an id.
 */
export function toFailure(error: unknown, constraints: ConstraintFailures): unknown {
  if (error instanceof Failure) return error;
  if (error instanceof StaleRead) return contended(error);
  if (!isPostgresError(error)) return isConnectionError(error) ? databaseAway(error) : error;
  const named = error.constraint === undefined ? undefined : constraints[error.constraint];
  if (named) return named();
  return fromSqlState(error);
}

function fromSqlState(error: PostgresError): unknown {
  switch (error.code) {
    case SERIALIZATION_FAILURE:
    case DEADLOCK_DETECTED:
    case '55P03': // lock_not_available
      return contended(error);
    case '57014': // query_canceled: the statement time-out
      return new Unavailable('database-slow', 'The database took too long. Please retry', 2, { cause: error });
    case '22021': // character_not_in_repertoire
    case '22P05': // untranslatable_character
      return new Malformed([{ path: '', message: 'holds a character that cannot be stored' }]);
    case '25P03': // idle_in_transaction_session_timeout
    case '25006': // read_only_sql_transaction: a standby, in the middle of a failover
      return databaseAway(error);
    default:
      return AWAY.test(error.code) ? databaseAway(error) : error;
  }
}

/**
 * 08 connection, 28 and 3D000 refused at the door, 53 resources (connections, memory, disk), 55000 not accepting
 * connections yet, 57P shutdown and start-up, 58 system.
 */
const AWAY = /^(08|28|3D000|53|55000|57P|58)/;

function contended(cause: unknown): Unavailable {
  return new Unavailable('contention', 'Too many writers want the same rows. Please retry', 1, { cause });
}

function databaseAway(cause: unknown): Unavailable {
  return new Unavailable('database-unavailable', 'The database cannot be reached. Please retry', 2, { cause });
}

/** Whether the server itself said so, in a session that goes on or that it has ended. */
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

/** node-postgres reports these as plain errors: their messages are all there is to know them by. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|driver has already been destroyed|Connection ended)/i;

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  const code = 'code' in error ? String(error.code) : '';
  const syscall = 'syscall' in error;
  return (syscall && SYSTEM_CODES.has(code)) || DRIVER_MESSAGES.test(error.message);
}
