import { ConfigError } from '../../config/config-error.ts';
import { DataDirectoryError } from '../../platform/db/directory-lock.ts';
import { MigrationError } from '../../platform/db/migrate.ts';
import { StartError } from '../../platform/start-error.ts';
import { SimulatorError } from '../../simulator/index.ts';
import { describeDatabaseError } from './database-error.ts';

/** How the program ends, as the shell sees it. */
export const ExitCode = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.done, 'the command did what was asked'],
  [ExitCode.failed, 'the command failed'],
  [ExitCode.usage, 'the usage or the configuration is wrong: fix it before the next try'],
];

/** The command line is wrong; the message is one line. */
export class UsageError extends Error {
  /** The words that lead to the help that describes the right usage, such as `import orders`. */
  readonly commandPath: readonly string[];
  constructor(message: string, commandPath: readonly string[]) {
    super(message);
    this.commandPath = commandPath;
  }
}

/** The command failed for a reason that its message explains completely. */
export class CommandError extends Error {}

/** Errors of a wrong configuration. Their message names what to change, in one line. */
const CONFIGURATION_ERRORS = [ConfigError, DataDirectoryError, MigrationError, SimulatorError, StartError];

export interface ReportedError {
  readonly exitCode: ExitCode;
  /** The text for standard error, without a line break at the end. */
  readonly text: string;
}

/** The exit code for an error, and its text: one line where the user can act on it, the stack where only we can. */
export function reportError(error: unknown): ReportedError {
  if (error instanceof UsageError) {
    const help = ['holdfast', ...error.commandPath, '--help'].join(' ');
    return { exitCode: ExitCode.usage, text: `holdfast: ${error.message} Run "${help}" for the usage.` };
  }
  if (CONFIGURATION_ERRORS.some((kind) => error instanceof kind)) return report(ExitCode.usage, error);
  if (error instanceof CommandError) return report(ExitCode.failed, error);
  const database = describeDatabaseError(error);
  if (database !== undefined) {
    const exitCode = database.isPermanent ? ExitCode.usage : ExitCode.failed;
    return { exitCode, text: `holdfast: ${database.sentence}` };
  }
  const listenError = listenErrorMessage(error);
  if (listenError !== undefined) return { exitCode: ExitCode.usage, text: `holdfast: ${listenError}` };
  return { exitCode: ExitCode.failed, text: `holdfast: ${error instanceof Error ? error.stack : String(error)}` };
}

function report(exitCode: ExitCode, error: unknown): ReportedError {
  return { exitCode, text: `holdfast: ${error instanceof Error ? error.message : String(error)}` };
}

/** A sentence for an address that the server cannot listen at. */
function listenErrorMessage(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  if (error.syscall === 'getaddrinfo') return `HOST is not a known address: ${error.message}`;
  if (error.syscall !== 'listen') return undefined;
  const { address, port } = error as { readonly address?: string; readonly port?: number };
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${address} is in use by another process. Stop it, or set PORT to another port (0 picks a free one).`;
    case 'EACCES':
      return `Listening at port ${port} of ${address} is not permitted. Set PORT to a port above 1023.`;
    case 'EADDRNOTAVAIL':
      return `HOST=${address} is not an address of this machine. Set HOST to 127.0.0.1.`;
    default:
      return undefined;
  }
}
