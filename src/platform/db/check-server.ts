import { sql } from 'kysely';
import { StartError } from '../start-error.ts';
import type { Database } from './database.ts';

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
  readonly mayCreateTables: boolean | null;
  readonly mayCreateJobs: boolean;
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
             has_schema_privilege(to_regnamespace('public'), 'create') as "mayCreateTables",
             coalesce(has_schema_privilege(to_regnamespace(${JOBS_SCHEMA}), 'create'),
                      has_database_privilege(current_database(), 'create')) as "mayCreateJobs"
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
  if (state.mayCreateTables === null) {
    return `The database "${database}" has no schema "public". Create it with "create schema public".`;
  }
  if (!state.mayCreateTables) return missingRight(state, 'schema public', 'schema public');
  if (!state.mayCreateJobs) return missingRight(state, `schema ${JOBS_SCHEMA}`, `database "${database}"`);
  return undefined;
}

function missingRight({ database, user }: ServerState, where: string, grantedOn: string): string {
  return (
    `The user "${user}" may not create what Holdfast stores in the ${where} of the database "${database}". ` +
    `Make it the owner of the database, or run "grant create on ${grantedOn} to "${user}"".`
  );
}
