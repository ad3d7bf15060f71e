import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestWord } from '../../platform/nearest-word.ts';
import type { CommandOption, CommandOptions, OptionValues } from './command.ts';
import { UsageError } from './exit-code.ts';

type ParseArgsOptions = NonNullable<ParseArgsConfig['options']>;

/** Options that every command has. */
export const COMMON_OPTIONS = {
  help: { type: 'boolean', short: 'h', description: 'Print this help' },
  version: { type: 'boolean', description: 'Print the version' },
} as const satisfies CommandOptions & ParseArgsOptions;

/**
 * The common option that stands first among the arguments, if any. It counts even where the rest of the command line is
 * wrong.
 */
export function findCommonOption(args: readonly string[]): keyof typeof COMMON_OPTIONS | undefined {
  const { tokens } = parseArgs({ args: [...args], options: COMMON_OPTIONS, strict: false, tokens: true });
  const found = tokens.find((token) => token.kind === 'option' && Object.hasOwn(COMMON_OPTIONS, token.name));
  return found?.kind === 'option' ? (found.name as keyof typeof COMMON_OPTIONS) : undefined;
}

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError that names the argument and, where there is one, the option that was probably meant
 */
export function parseOptions<Options extends CommandOptions>(
  args: readonly string[],
  options: Options,
  commandPath: readonly string[],
): OptionValues<Options> {
  const { named, positional } = splitOptions(options);
  refuseUnknownArguments(args, named, positional.length, commandPath);
  const { values, positionals } = parseStrictly(args, named, commandPath);
  for (const [index, [name, { value = 'VALUE' }]] of positional.entries()) {
    values[name] = positionals[index];
    if (values[name] === undefined) throw new UsageError(`The argument ${value} is required.`, commandPath);
  }
  for (const [name, { required, choices }] of Object.entries(named)) {
    const value = values[name];
    if (required && value === undefined) throw new UsageError(`The option "--${name}" is required.`, commandPath);
    if (choices && value !== undefined && !choices.includes(String(value))) {
      throw new UsageError(`"--${name}" is ${choices.join(' or ')}, not "${String(value)}".`, commandPath);
    }
  }
  return values as OptionValues<Options>;
}

interface SplitOptions {
  readonly named: CommandOptions;
  readonly positional: readonly (readonly [name: string, option: CommandOption])[];
}

function splitOptions(options: CommandOptions): SplitOptions {
  const entries = Object.entries(options);
  return {
    named: Object.fromEntries(entries.filter(([, option]) => !option.positional)),
    positional: entries.filter(([, option]) => option.positional),
  };
}

function refuseUnknownArguments(
  args: readonly string[],
  options: CommandOptions,
  maxPositionals: number,
  commandPath: readonly string[],
) {
  const { tokens } = parseArgs({
    args: [...args],
    options: toParseArgsOptions(options),
    strict: false,
    tokens: true,
  });
  let positionals = 0;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals += 1;
    if (token.kind === 'positional' && positionals > maxPositionals) {
      throw new UsageError(`Unexpected argument "${token.value}".`, commandPath);
    }
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue;
    const nearest = nearestWord(token.name, [...Object.keys(options), ...Object.keys(COMMON_OPTIONS)]);
    const question = nearest === undefined ? '' : ` Did you mean "--${nearest}"?`;
    throw new UsageError(`Unknown option "${token.rawName}".${question}`, commandPath);
  }
}

function parseStrictly(args: readonly string[], options: CommandOptions, commandPath: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: toParseArgsOptions(options), strict: true, allowPositionals: true });
  } catch (error) {
    // Such as a value that is missing, or given where there is none. Node explains it over several lines.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(/[.?]$/.test(reason) ? reason : `${reason}.`, commandPath);
  }
}

/** The options as `parseArgs` knows them. A boolean that is absent is false. */
function toParseArgsOptions(options: CommandOptions): ParseArgsOptions {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false, default: value }]) => [
      name,
      type === 'boolean'
        ? { type, default: false }
        : { type, multiple, ...(value === undefined ? {} : { default: value }) },
    ]),
  );
}
