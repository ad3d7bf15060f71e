import { migrateDatabase, openDatabase } from '../compose/open-database.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../platform/logger.ts';
import { defineCommand } from './parsing/command.ts';

export const migrateCommand = defineCommand({
  name: 'migrate',
  summary: 'Bring the schema of the database up to date',
  description:
    'Applies the migrations that the database does not have yet, all of them in one transaction, and ends. A starting ' +
    'server does the same; this is for doing it beforehand.',
  options: {},
  examples: [
    {
      command: 'DATABASE_URL=postgres://postgres@127.0.0.1/holdfast holdfast migrate',
      description: 'Migrate a PostgreSQL database',
    },
  ],
  async run(_values, { env, stdout }) {
    const config = readConfig(env);
    await using opened = await openDatabase(config, createLogger(config.logLevel));
    const applied = await migrateDatabase(opened.database);
    stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
  },
});
