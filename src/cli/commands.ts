import { completionsCommand } from './completions-command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { importCommand } from './import/import-command.ts';
import { keysCommand } from './keys/keys-command.ts';
import { migrateCommand } from './migrate-command.ts';
import type { CommandGroup } from './parsing/command.ts';
import { serveCommand } from './serve-command.ts';
import { simulatorCommand } from './simulator-command.ts';
import { syncCommand } from './sync-command.ts';
import { webhooksCommand } from './webhooks/webhooks-command.ts';

/** `holdfast` itself: the table of all commands. Help, suggestions and shell completions are made from it. */
export const rootCommand: CommandGroup = {
  name: 'holdfast',
  summary: "A booking server for inventory that lives in someone else's slow, rate-limited system",
  description:
    'A booking server for inventory that lives in a slow, rate-limited supplier system. Configuration comes from ' +
    'environment variables, which docs/configuration.md lists.',
  examples: [
    { command: 'holdfast serve', description: 'Run the server with an embedded database and sample data' },
    { command: 'PORT=8080 holdfast serve', description: 'Run it at another port' },
    { command: 'source <(holdfast completions bash)', description: 'Complete commands and options in this shell' },
  ],
  commands: [
    serveCommand,
    migrateCommand,
    importCommand,
    syncCommand,
    doctorCommand,
    keysCommand,
    webhooksCommand,
    simulatorCommand,
    completionsCommand(() => rootCommand),
  ],
};
