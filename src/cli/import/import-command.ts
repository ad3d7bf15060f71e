import { createReadStream, statSync } from 'node:fs';
import { openDatabase } from '../../compose/open-database.ts';
import { readConfig } from '../../config/config.ts';
import { FileUnreadable } from '../../platform/import/csv-rows.ts';
import { createLogger } from '../../platform/logger.ts';
import { ProgressBar } from '../../platform/progress-bar.ts';
import { type CommandContext, type CommandGroup, defineCommand, type RunnableCommand } from '../parsing/command.ts';
import { CommandError, UsageError } from '../parsing/exit-code.ts';
import {
  formatCount,
  formatRows,
  IMPORT_KINDS,
  type ImportFile,
  type ImportKind,
  type ImportResult,
} from './import-kinds.ts';

export const importCommand: CommandGroup = {
  name: 'import',
  summary: 'Import orders or vehicles from CSV files',
  description:
    'Imports records from CSV files, each file completely or not at all. Records that the database has already stay as ' +
    'they are, so an import can be repeated.',
  examples: IMPORT_KINDS.map(({ example }) => example),
  commands: IMPORT_KINDS.map(toCommand),
};

function toCommand(kind: ImportKind): RunnableCommand {
  return defineCommand({
    name: kind.name,
    summary: kind.summary,
    options: Object.fromEntries(
      Object.entries(kind.files).map(([name, description]) => [
        name,
        { type: 'string', value: 'FILE', required: true, description } as const,
      ]),
    ),
    examples: [kind.example],
    run: (values, context) => runImport(kind, values, context),
  });
}

async function runImport(
  kind: ImportKind,
  paths: Readonly<Record<string, string>>,
  { env, stderr, stdout }: CommandContext,
): Promise<void> {
  const config = readConfig(env);
  using opened = new DisposableStack();
  const files = Object.fromEntries(
    Object.entries(paths).map(([option, path]) => [option, toImportFile(path, kind, opened)]),
  );
  await using database = await openDatabase(config, createLogger(config.logLevel));
  await database.migrate();
  const bar = new ProgressBar(stderr);
  try {
    stdout.write(formatResult(await kind.run(database.database, files, (...step) => bar.show(...step))));
  } catch (error) {
    if (error instanceof FileUnreadable) throw new CommandError(error.message);
    throw error;
  } finally {
    bar.end();
  }
}

function toImportFile(path: string, kind: ImportKind, opened: DisposableStack): ImportFile {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`The file ${path} does not exist.`, ['import', kind.name]);
  if (stats.isDirectory()) throw new UsageError(`${path} is a directory, not a file.`, ['import', kind.name]);
  return {
    path,
    bytes: stats.size,
    open: () => opened.adopt(createReadStream(path), (stream) => stream.destroy()),
  };
}

function formatResult({ counts, differences }: ImportResult): string {
  const list = (count: 'stored' | 'present') => counts.map((each) => formatCount(each[count], each.noun)).join(' and ');
  const present = counts.some((each) => each.present > 0) ? `Already present and unchanged: ${list('present')}.\n` : '';
  return `Stored ${list('stored')}.\n${present}${differences === undefined ? '' : `${formatRows(differences)}\n`}`;
}
