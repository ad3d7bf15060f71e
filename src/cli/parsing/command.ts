import type { Printer } from '../../platform/progress-bar.ts';

/** The process as a command sees it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Printer;
  readonly stderr: Printer;
  /** The version of the program. */
  readonly version: string;
}

/** One option of a command, such as `--limit 30/1m`. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** The placeholder of the value in the help, such as `FILE`. */
  readonly value?: string;
  /** A phrase without a full stop, shown in the help. */
  readonly description: string;
  readonly required?: boolean;
  /** Whether it is an argument without a name, such as the id in `keys revoke ID`. */
  readonly positional?: boolean;
  readonly multiple?: boolean;
  readonly default?: string;
  /** The values that there are. */
  readonly choices?: readonly string[];
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

interface Example {
  readonly command: string;
  readonly description: string;
}

interface Named {
  readonly name: string;
  /** An imperative phrase without a full stop, shown in lists of commands. */
  readonly summary: string;
  /** Sentences below the usage in the command's own help. */
  readonly description?: string;
  readonly examples: readonly Example[];
}

/** A command that does something. */
export interface RunnableCommand extends Named {
  readonly options: CommandOptions;
  /** @param args the arguments after the command's name, validated against `options` */
  run(values: OptionValues<CommandOptions>, context: CommandContext, args: readonly string[]): Promise<void>;
}

/** A command that is followed by the name of another, such as `import`. */
export interface CommandGroup extends Named {
  readonly commands: readonly Command[];
}

export type Command = RunnableCommand | CommandGroup;

/** The values of parsed options, by name. */
export type OptionValues<Options extends CommandOptions> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>;
};

type ValueOf<Option> = Option extends { readonly type: 'boolean' }
  ? boolean
  : Option extends { readonly multiple: true }
    ? readonly string[] | undefined
    : Option extends { readonly required: true } | { readonly default: string }
      ? string
      : string | undefined;

/** Defines a command whose `run` receives values of the types that its options have. */
export function defineCommand<const Options extends CommandOptions>(
  command: Named & {
    readonly options: Options;
    run(values: OptionValues<Options>, context: CommandContext, args: readonly string[]): Promise<void>;
  },
): RunnableCommand {
  // The parser makes the values from these same options, so their types are right where the command is run.
  return command as unknown as RunnableCommand;
}

export function isGroup(command: Command): command is CommandGroup {
  return 'commands' in command;
}
