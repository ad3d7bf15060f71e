import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';

/**
 * Replaces text in the source of one of the database's functions, such as a guard, so that a test can show that a check
 * fails without it. Text that does not occur exactly `times` times is an error, because a control that changes nothing
 * proves nothing.
 */
export async function replaceInFunction(
  database: Database,
  name: string,
  text: string,
  by: string,
  times = 1,
): Promise<void> {
  const definition = await readFunction(database, name);
  const parts = definition.split(text);
  if (parts.length !== times + 1) throw new Error(`the source of ${name} contains ${parts.length - 1} times: ${text}`);
  await define(database, parts.join(by));
}

/** Replaces the PL/pgSQL body of one of the database's functions. */
export async function replaceBody(database: Database, name: string, body: string): Promise<void> {
  const definition = await readFunction(database, name);
  const [head, old, tail] = definition.split('$function$');
  if (head === undefined || old === undefined || tail === undefined)
    throw new Error(`the definition of ${name} has not one body between $function$`);
  await define(database, `${head}$function$${body}$function$${tail}`);
}

export async function dropConstraint(database: Database, table: string, constraint: string): Promise<void> {
  await database.transaction((tx) =>
    sql`alter table ${sql.id(table)} drop constraint ${sql.id(constraint)}`.execute(tx),
  );
}

/** The source of a function. Overloads with fewer parameters are for the release before, and call this one. */
async function readFunction(database: Database, name: string): Promise<string> {
  const { rows } = await database.read((reader) =>
    sql<{ definition: string }>`
      select pg_get_functiondef(oid) as definition from pg_proc
       where proname = ${name} and pronamespace = 'public'::regnamespace
       order by pronargs desc limit 1`.execute(reader),
  );
  const definition = rows[0]?.definition;
  if (definition === undefined) throw new Error(`there is no function ${name}`);
  return definition;
}

async function define(database: Database, definition: string): Promise<void> {
  await database.transaction((tx) => sql.raw(definition).execute(tx));
}
