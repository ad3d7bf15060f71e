import { type Command, type CommandGroup, defineCommand } from './parsing/command.ts';
import { formatBashCompletions, formatZshCompletions } from './parsing/completions.ts';

const SHELLS = [
  { name: 'bash', format: formatBashCompletions },
  { name: 'zsh', format: formatZshCompletions },
];

/** @param root returns the command that is completed, of which this one is a part */
export function completionsCommand(root: () => Command): CommandGroup {
  const commands = SHELLS.map(({ name, format }) =>
    defineCommand({
      name,
      summary: `Print a completion script for ${name}`,
      options: {},
      examples: [
        {
          command: `source <(holdfast completions ${name})`,
          description: `Complete commands and options in this ${name}`,
        },
      ],
      async run(_values, { stdout }) {
        stdout.write(format(root()));
      },
    }),
  );
  return {
    name: 'completions',
    summary: 'Print a completion script for a shell',
    examples: commands.flatMap(({ examples }) => examples),
    commands,
  };
}
