import { openDatabase } from '../compose/open-database.ts';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../platform/logger.ts';
import { defineCommand } from './parsing/command.ts';

export const migrateCommand = defineCommand({
  name: 'migrate',
  summary: 'Bring the schema of the database up to date',
  description:
    'Applies the migrations that the database does not have yet, all of them in one transaction, creates the tables of ' +
    'background jobs, and ends. A starting server does the same; this is for doing it beforehand, or as another user.',
  options: {},
  examples: [
    {
      command: 'DATABASE_URL=postgres://postgres@127.0.0.1/holdfast holdfast migrate',
      description: 'Migrate a PostgreSQL database',
    },
  ],
  async run(_values, { env, stdout }) {
    const config = readConfig(env);
    const logger = createLogger(config.logLevel);
    await using opened = await openDatabase(config, logger);
    const applied = await opened.migrate();
    // Loaded only here, because every command loads this file.
    const { installJobs } = await import('../platform/jobs/jobs.ts');
    await installJobs(opened.jobsStore, logger);
    stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
  },
});
