import { sql } from 'kysely';
import { StartError } from '../start-error.ts';
import type { Database, Reader } from './database.ts';

const MIN_VERSION = 15;
/** The schema of the background jobs, which pg-boss creates. */
const JOBS_SCHEMA = 'pgboss';

interface ServerState {
  readonly database: string;
  readonly user: string;
  /** 150020 for 15.20. */
  readonly version: number;
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  /** `origin`, unless triggers are off. */
  readonly replicationRole: string;
  /** `null` without such a schema. */
  readonly mayUseSchema: boolean | null;
}

/** Checks what no setting of a session can put right. @throws StartError, Failure */
export async function checkServer(database: Database): Promise<void> {
  const { rows } = await database.read((reader) =>
    sql<ServerState>`
      select current_database() as database, current_user as user,
             current_setting('server_version_num')::integer as version,
             current_setting('server_encoding') as encoding,
             pg_is_in_recovery() as "isStandby",
             current_setting('transaction_read_only') = 'on' as "isReadOnly",
             current_setting('session_replication_role') as "replicationRole",
             has_schema_privilege(to_regnamespace('public'), 'usage') as "mayUseSchema"
    `.execute(reader),
  );
  const problem = rows[0] && problemOf(rows[0]);
  if (problem !== undefined) throw new StartError(problem);
}

function problemOf(state: ServerState): string | undefined {
  const { database, user } = state;
  if (state.version < MIN_VERSION * 10_000) {
    return `The database "${database}" runs on PostgreSQL ${Math.floor(state.version / 10_000)}. Use PostgreSQL ${MIN_VERSION} or newer.`;
  }
  if (state.encoding !== 'UTF8') {
    return (
      `The database "${database}" has the encoding ${state.encoding}, which cannot store every name. Create another ` +
      `with "create database … encoding 'UTF8' template template0", and set DATABASE_URL to it.`
    );
  }
  if (state.isStandby) {
    return `The database "${database}" is a standby, which takes no writes. Set DATABASE_URL to the primary.`;
  }
  if (state.isReadOnly) {
    return (
      `The database "${database}" is read-only for the user "${user}". Remove default_transaction_read_only from the ` +
      'database, the role, DATABASE_URL and PGOPTIONS, or set DATABASE_URL to another database.'
    );
  }
  if (state.replicationRole !== 'origin') {
    return (
      `Triggers are off for the user "${user}", and history is written by triggers. Remove ` +
      'session_replication_role from the database, the role, DATABASE_URL and PGOPTIONS.'
    );
  }
  if (state.mayUseSchema === null) {
    return `The database "${database}" has no schema "public". Create it with "create schema public".`;
  }
  if (!state.mayUseSchema) {
    return `The user "${user}" may not use the schema public of the database "${database}". Run "grant usage on schema public to "${user}"".`;
  }
  return undefined;
}

/**
 * Checks that `DATABASE_DIRECT_URL` leads where `DATABASE_URL` does. A copy has the same contents, so the server and the
 * database in it are compared.
 *
 * @throws StartError, Failure
 */
export async function requireSameDatabase(database: Database, direct: Database): Promise<void> {
  const identify = (each: Database) =>
    each.read(async (reader) => {
      const { rows } = await sql<{ identity: string }>`
        select oid || ' since ' || extract(epoch from pg_postmaster_start_time()) as identity
          from pg_database where datname = current_database()`.execute(reader);
      return rows[0]?.identity;
    });
  const [one, other] = await Promise.all([identify(database), identify(direct)]);
  if (one === other) return;
  throw new StartError(
    'DATABASE_URL and DATABASE_DIRECT_URL lead to different databases. Set both to the same one, the first through the pooler.',
  );
}

/**
 * Checks the rights that creating something in a schema takes. Called only when something has to be created, so that
 * a role without these rights can run the server on a database that another role has migrated.
 *
 * @throws StartError
 */
export async function requireCreate(reader: Reader, schema: 'public' | typeof JOBS_SCHEMA): Promise<void> {
  const { rows } = await sql<{ database: string; user: string; schemaExists: boolean; mayCreate: boolean }>`
    select current_database() as database, current_user as user,
           to_regnamespace(${schema}) is not null as "schemaExists",
           coalesce(has_schema_privilege(to_regnamespace(${schema}), 'create'),
                    has_database_privilege(current_database(), 'create')) as "mayCreate"
  `.execute(reader);
  const [state] = rows;
  if (state === undefined || state.mayCreate) return;
  const { database, user } = state;
  throw new StartError(
    `The user "${user}" may not create what Holdfast stores in the schema ${schema} of the database "${database}". ` +
      'Run "holdfast migrate" as the owner of the database, or run ' +
      `"grant create on ${state.schemaExists ? `schema ${schema}` : `database "${database}"`} to "${user}"".`,
  );
}

/** Checks that the tables of background jobs exist, or that the user may create them. @throws StartError */
export async function checkJobsSchema(database: Database): Promise<void> {
  await database.read(async (reader) => {
    // From the catalog, because `to_regclass` fails without the right to use the schema.
    const { rows } = await sql`
      select from pg_class where relnamespace = to_regnamespace(${JOBS_SCHEMA}) and relname = 'version'
    `.execute(reader);
    if (rows.length === 0) await requireCreate(reader, JOBS_SCHEMA);
  });
}
