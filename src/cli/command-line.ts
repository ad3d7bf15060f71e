import { nearestWord } from '../platform/nearest-word.ts';
import { rootCommand } from './commands.ts';
import { type Command, type CommandContext, isGroup } from './parsing/command.ts';
import { ExitCode, reportError, UsageError } from './parsing/exit-code.ts';
import { formatHelp } from './parsing/help.ts';
import { findCommonOption, parseOptions } from './parsing/parse-options.ts';

/**
 * Runs the command that the arguments name. A server goes on running after this has resolved.
 *
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    await dispatch(args, context);
    return ExitCode.done;
  } catch (error) {
    const { exitCode, text } = reportError(error);
    context.stderr.write(`${text}\n`);
    return exitCode;
  }
}

/** @throws UsageError, and the errors of the command */
async function dispatch(args: readonly string[], context: CommandContext): Promise<void> {
  const [first, ...others] = args;
  // `holdfast help import` is `holdfast import --help`.
  if (first === 'help') return dispatch([...others, '--help'], context);
  const { command, path, rest } = findCommand(args);
  switch (findCommonOption(rest)) {
    case 'help':
      context.stdout.write(formatHelp(command, path));
      return;
    case 'version':
      context.stdout.write(`holdfast ${context.version}\n`);
      return;
    case undefined:
      return runFound(command, path, rest, context);
  }
}

interface FoundCommand {
  readonly command: Command;
  /** The words that lead to it. */
  readonly path: readonly string[];
  /** The arguments behind them. */
  readonly rest: readonly string[];
}

/** Follows the words at the start of the arguments as far as they name commands. */
function findCommand(args: readonly string[]): FoundCommand {
  let command: Command = rootCommand;
  let depth = 0;
  while (isGroup(command)) {
    const next: Command | undefined = command.commands.find(({ name }) => name === args[depth]);
    if (next === undefined) break;
    command = next;
    depth += 1;
  }
  return { command, path: args.slice(0, depth), rest: args.slice(depth) };
}

async function runFound(
  command: Command,
  path: readonly string[],
  rest: readonly string[],
  context: CommandContext,
): Promise<void> {
  if (!isGroup(command)) return command.run(parseOptions(rest, command.options, path), context, rest);
  const [word] = rest;
  // A group has no options of its own, so this refuses every option.
  if (word?.startsWith('-')) parseOptions(rest, {}, path);
  if (word !== undefined) throw unknownCommand(word, command.commands, path);
  if (command !== rootCommand) {
    const names = command.commands.map(({ name }) => `"${name}"`).join(' or ');
    throw new UsageError(`"holdfast ${path.join(' ')}" is followed by ${names}.`, path);
  }
  context.stdout.write(formatHelp(command, path));
}

function unknownCommand(word: string, commands: readonly Command[], path: readonly string[]): UsageError {
  const nearest = nearestWord(
    word,
    commands.map(({ name }) => name),
  );
  return new UsageError(`Unknown command "${word}".${nearest ? ` Did you mean "${nearest}"?` : ''}`, path);
}
