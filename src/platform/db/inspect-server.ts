import { sql } from 'kysely';
import type { Reader } from './database.ts';

/** Properties of a PostgreSQL server that decide how safely and for how many it stores. */
export interface ServerSettings {
  /** Such as `15.20`. */
  readonly version: string;
  readonly fsync: boolean;
  readonly fullPageWrites: boolean;
  readonly synchronousCommit: string;
  readonly walLevel: string;
  /** Connections that users without special rights may open on the server. */
  readonly maxConnections: number;
  /** Connections that are open now, of all programs. */
  readonly openConnections: number;
  /** The limits of this role and of this database; -1 for none. */
  readonly roleLimit: number;
  readonly databaseLimit: number;
  /** Where it keeps its data; `null` where the user may not know. */
  readonly dataDirectory: string | null;
}

export async function readServerSettings(reader: Reader): Promise<ServerSettings> {
  const { rows } = await sql<ServerSettings>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
           current_setting('fsync')::boolean as fsync,
           current_setting('full_page_writes')::boolean as "fullPageWrites",
           current_setting('synchronous_commit') as "synchronousCommit",
           current_setting('wal_level') as "walLevel",
           current_setting('max_connections')::integer
             - current_setting('superuser_reserved_connections')::integer as "maxConnections",
           (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as "openConnections",
           (select rolconnlimit from pg_roles where rolname = current_user) as "roleLimit",
           (select datconnlimit from pg_database where datname = current_database()) as "databaseLimit",
           (select setting from pg_settings where name = 'data_directory') as "dataDirectory"`.execute(reader);
  const [settings] = rows;
  if (settings === undefined) throw new Error('the server returned no settings');
  return settings;
}

/** Tables and sequences that this user may not use fully, by name. */
export async function readMissingRights(reader: Reader): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(nspname) || '.' || quote_ident(relname) as name
      from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname in ('public', 'pgboss')
       and (not has_schema_privilege(pg_namespace.oid, 'usage')
            or (relkind in ('r', 'p')
                and not (has_table_privilege(pg_class.oid, 'select') and has_table_privilege(pg_class.oid, 'insert')
                         and has_table_privilege(pg_class.oid, 'update')
                         and has_table_privilege(pg_class.oid, 'delete')))
            or (relkind = 'S' and not has_sequence_privilege(pg_class.oid, 'usage')))
       and relkind in ('r', 'p', 'S')
     order by 1`.execute(reader);
  return rows.map(({ name }) => name);
}
