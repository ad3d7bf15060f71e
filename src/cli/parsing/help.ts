import { type Command, type CommandOption, type CommandOptions, isGroup } from './command.ts';
import { EXIT_CODES } from './exit-code.ts';
import { COMMON_OPTIONS } from './parse-options.ts';

const WIDTH = 100;

/** The help of a command, as it is printed. @param path the words that lead to the command, without `holdfast` */
export function formatHelp(command: Command, path: readonly string[]): string {
  const name = ['holdfast', ...path].join(' ');
  const { description = `${command.summary}.`, examples } = command;
  return [
    `Usage: ${name} ${isGroup(command) ? '<command>' : usageOf(command.options)}`.trimEnd(),
    wrap(description, WIDTH),
    ...(isGroup(command) ? [formatCommands(command.commands)] : []),
    formatOptions({ ...(isGroup(command) ? {} : command.options), ...COMMON_OPTIONS }),
    ['Examples:', ...examples.map((each) => `  ${each.command}\n      ${each.description}`)].join('\n'),
    section(
      'Exit codes',
      EXIT_CODES.map(([code, meaning]) => [String(code), meaning] as const),
    ),
    ...(isGroup(command) ? [`Run "${name} <command> --help" for the options of a command.`] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The required options, and `[options]` where there are others. */
function usageOf(options: CommandOptions): string {
  const required = Object.entries(options).filter(([, option]) => option.required);
  const hasOthers = required.length < Object.keys(options).length;
  return [...required.map(([name, option]) => optionUsage(name, option)), ...(hasOthers ? ['[options]'] : [])].join(
    ' ',
  );
}

function optionUsage(name: string, { type, value = 'VALUE', positional }: CommandOption): string {
  if (positional) return value;
  return type === 'boolean' ? `--${name}` : `--${name} ${value}`;
}

function formatCommands(commands: readonly Command[]): string {
  return section(
    'Commands',
    commands.map(({ name, summary }) => [name, summary] as const),
  );
}

function formatOptions(options: CommandOptions & { readonly [name: string]: { readonly short?: string } }): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    return [`${short}${optionUsage(name, option)}`, formatDescription(option)] as const;
  });
  return section('Options', rows);
}

function formatDescription({ description, required, multiple, default: value }: CommandOption): string {
  const notes = [
    ...(required ? ['required'] : []),
    ...(multiple ? ['may be repeated'] : []),
    ...(value === undefined ? [] : [`defaults to ${value}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join(', ')})`;
}

/** Rows of two columns below a heading. */
function section(heading: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => {
    const wrapped = wrap(right, Math.max(WIDTH - width - 4, 30)).replaceAll('\n', `\n${' '.repeat(width + 4)}`);
    return `  ${left.padEnd(width)}  ${wrapped}`;
  });
  return [`${heading}:`, ...lines].join('\n');
}

/** Breaks lines between words. A word that is longer than a line stays whole. */
function wrap(text: string, width: number): string {
  return text.replaceAll(new RegExp(`(?! )(.{1,${width}}|\\S{${width},})(?: +|$)`, 'g'), '$1\n').trimEnd();
}
