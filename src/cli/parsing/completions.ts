import { type Command, type CommandOptions, isGroup } from './command.ts';
import { COMMON_OPTIONS } from './parse-options.ts';

/** A place on the command line: behind the words that lead to a command. */
interface Position {
  /** The words without `holdfast`, each with a space before it: ` import orders`. */
  readonly path: string;
  /** The words that may stand here, with their descriptions. */
  readonly words: readonly (readonly [word: string, description: string])[];
  /** The options here that take a value. */
  readonly valueOptions: readonly ValueOption[];
}

interface ValueOption {
  /** With the path: ` import orders --lines`. */
  readonly path: string;
  readonly isFile: boolean;
  readonly choices: readonly string[];
}

function positionsOf(command: Command, path = ''): Position[] {
  const all: CommandOptions = { ...(isGroup(command) ? {} : command.options), ...COMMON_OPTIONS };
  const options = Object.entries(all).filter(([, { positional }]) => !positional);
  const commands = isGroup(command) ? command.commands : [];
  const position: Position = {
    path,
    words: [
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ...options.map(([name, { description }]) => [`--${name}`, description] as const),
    ],
    valueOptions: options
      .filter(([, { type }]) => type === 'string')
      .map(([name, { value, choices = [] }]) => ({ path: `${path} --${name}`, isFile: value === 'FILE', choices })),
  };
  return [position, ...commands.flatMap((each) => positionsOf(each, `${path} ${each.name}`))];
}

/**
 * A completion script for bash 3.2 or later. Where an option's value has no fixed choices the script completes nothing,
 * and bash completes file names because of `-o default`.
 */
export function formatBashCompletions(root: Command): string {
  const positions = positionsOf(root);
  const valueCases = positions
    .flatMap(({ valueOptions }) => valueOptions)
    .map(({ path, choices }) => `${quote(path)}) words="${choices.join(' ')}" ;;`);
  const wordCases = positions.map(
    ({ path, words }) => `${quote(path)}) words="${words.map(([word]) => word).join(' ')}" ;;`,
  );
  return `# Completes the commands and options of holdfast in bash. Load it with: source <(holdfast completions bash)
_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${patternOfCommands(positions)}) command="$command $word" ;;
    esac
  done
  case "$command $previous" in
    ${valueCases.join('\n    ')}
    *)
      case "$command" in
        ${wordCases.join('\n        ')}
      esac
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _holdfast holdfast
`;
}

/** A completion script for zsh, with the descriptions of commands and options. */
export function formatZshCompletions(root: Command): string {
  const positions = positionsOf(root);
  const valueCases = positions
    .flatMap(({ valueOptions }) => valueOptions)
    .map(({ path, isFile, choices }) => {
      if (isFile) return `${quote(path)}) _files; return ;;`;
      return `${quote(path)}) entries=(${choices.map(quote).join(' ')}) ;;`;
    });
  const wordCases = positions.map(({ path, words }) => {
    const entries = words.map(([word, description]) => quote(`${word}:${description}`));
    return `${quote(path)}) entries=(\n          ${entries.join('\n          ')}\n        ) ;;`;
  });
  return `#compdef holdfast
# Completes the commands and options of holdfast in zsh. Load it with: source <(holdfast completions zsh)
_holdfast() {
  local command= word previous="\${words[CURRENT - 1]}"
  local -a entries
  for word in "\${(@)words[2,CURRENT - 1]}"; do
    case "$command $word" in
      ${patternOfCommands(positions)}) command="$command $word" ;;
    esac
  done
  case "$command $previous" in
    ${valueCases.join('\n    ')}
    *)
      case "$command" in
        ${wordCases.join('\n        ')}
      esac
      ;;
  esac
  _describe holdfast entries
}
compdef _holdfast holdfast
`;
}

/** A shell pattern that matches the path of every command. */
function patternOfCommands(positions: readonly Position[]): string {
  return positions
    .filter(({ path }) => path !== '')
    .map(({ path }) => quote(path))
    .join(' | ');
}

/** In single quotes for a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
