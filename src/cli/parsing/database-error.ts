import { isPostgresError } from '../../platform/db/database-failure.ts';
import { Unavailable } from '../../platform/errors.ts';

export interface DatabaseError {
  /** One line that names what is wrong, and says what to do. */
  readonly sentence: string;
  /** Whether it stays as it is until someone changes something. A database that is down may be up at the next try. */
  readonly isPermanent: boolean;
}

const SET_URL = 'set DATABASE_URL to another database';

/** Describes why a database cannot be used; `undefined` for other errors. */
export function describeDatabaseError(error: unknown): DatabaseError | undefined {
  const cause = error instanceof Unavailable ? error.cause : error;
  if (isPostgresError(cause)) {
    const known = describeState(cause.code, cause.message);
    if (known !== undefined) return { sentence: known, isPermanent: true };
    // Whatever else ends a session and is no outage: a setting that does not exist, or has a value that is not allowed.
    if (cause === error && 'severity' in cause && cause.severity === 'FATAL') {
      return {
        sentence: `The database refuses the connection: ${cause.message}. Correct DATABASE_URL and PGOPTIONS.`,
        isPermanent: true,
      };
    }
  }
  const reason = oneLine(cause);
  if (CREDENTIALS.test(reason)) {
    return {
      sentence: `The database wants a password: ${reason}. Put the right user and password into DATABASE_URL.`,
      isPermanent: true,
    };
  }
  if (ENCRYPTION.test(reason)) {
    return {
      sentence: `The database cannot be reached as DATABASE_URL says: ${reason}. Change sslmode or the certificates in it.`,
      isPermanent: true,
    };
  }
  if (!(error instanceof Unavailable)) return undefined;
  const [sentence = error.message] = error.message.split('. ');
  if (cause === undefined) return { sentence, isPermanent: false };
  const [variable = 'DATABASE_URL'] = /DATABASE_\w+/.exec(sentence) ?? [];
  const remedy = error.type === 'database-unavailable' ? `. Start it, or correct ${variable}.` : '';
  return { sentence: `${sentence}: ${reason}${remedy}`, isPermanent: false };
}

function describeState(code: string, message: string): string | undefined {
  switch (code) {
    case '3D000': // invalid_catalog_name
      return `There is no such database: ${message}. Create it with "createdb", or ${SET_URL}.`;
    case '42501': // insufficient_privilege
      return `The user may not do what Holdfast needs: ${message}. Connect as the owner of the database and of its tables, or grant this right.`;
    case '3F000': // invalid_schema_name
      return `The database lacks a schema: ${message}. Create it, or ${SET_URL}.`;
    default:
      return code.startsWith('28') // invalid_authorization_specification
        ? `The database refuses the login: ${message}. Put the right user and password into DATABASE_URL.`
        : undefined;
  }
}

/** Messages of node-postgres, which have no code, when the server wants a password and there is none. */
const CREDENTIALS = /^SASL: |client password must be a string/;
const ENCRYPTION = /SSL|certificate|self-signed/i;

/** The message in one line. Node leaves the message of an error about several addresses empty. */
function oneLine(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(oneLine).join('; ');
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}
