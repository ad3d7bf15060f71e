import { describe, expect, it } from 'vitest';
import { runCommandLine } from './command-line.ts';
import { rootCommand } from './commands.ts';
import { type Command, isGroup } from './parsing/command.ts';

async function run(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const exitCode = await runCommandLine(args, {
    env: {},
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    version: '1.2.3',
  });
  return { exitCode, ...written };
}

/** The words that lead to each command, `holdfast` itself included. */
function allPaths(command: Command, path: readonly string[] = []): (readonly string[])[] {
  const commands = isGroup(command) ? command.commands : [];
  return [path, ...commands.flatMap((each) => allPaths(each, [...path, each.name]))];
}

const PATHS = allPaths(rootCommand);

describe('holdfast', () => {
  it('without arguments prints the help and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await run();
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: holdfast <command>');
    for (const { name, summary } of rootCommand.commands) expect(stdout).toMatch(new RegExp(`  ${name} +${summary}\n`));
  });

  it.each(PATHS.flatMap((path) => [[[...path, '--help']], [[...path, '-h']], [['help', ...path]]]))(
    '%j prints the usage, options, examples and exit codes of the command',
    async (args) => {
      const { exitCode, stdout, stderr } = await run(...args);
      const path = args.filter((word) => !/^(help|--help|-h)$/.test(word));
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout.startsWith(`Usage: ${['holdfast', ...path].join(' ')}`)).toBe(true);
      for (const heading of ['Options:', 'Examples:', 'Exit codes:']) expect(stdout).toContain(`\n\n${heading}\n`);
      expect(stdout).toContain('  2  the usage or the configuration is wrong');
      expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
    },
  );

  it.each(PATHS.map((path) => [[...path, '--version']]))('%j prints the version', async (args) => {
    expect(await run(...args)).toEqual({ exitCode: 0, stdout: 'holdfast 1.2.3\n', stderr: '' });
  });

  it('prints the help where the rest of the command line is wrong', async () => {
    expect((await run('serve', '--port', '80', '--help')).stdout).toContain('Usage: holdfast serve');
    expect((await run('nothing', '--help')).stdout).toContain('Usage: holdfast <command>');
  });

  it('describes every option of the simulator in its help', async () => {
    const { stdout } = await run('simulator', '--help');
    for (const option of ['kind', 'limit', 'latency', 'api-key', 'seed', 'inventory', 'products', 'rivals']) {
      expect(stdout).toContain(`  --${option} `);
    }
  });

  it.each([
    ['serv', 'Unknown command "serv". Did you mean "serve"? Run "holdfast --help" for the usage.'],
    ['migrat', 'Unknown command "migrat". Did you mean "migrate"? Run "holdfast --help" for the usage.'],
    ['sim', 'Unknown command "sim". Did you mean "simulator"? Run "holdfast --help" for the usage.'],
    ['import order', 'Unknown command "order". Did you mean "orders"? Run "holdfast import --help" for the usage.'],
    ['frobnicate', 'Unknown command "frobnicate". Run "holdfast --help" for the usage.'],
    ['--hlep', 'Unknown option "--hlep". Did you mean "--help"? Run "holdfast --help" for the usage.'],
    ['import', '"holdfast import" is followed by "orders" or "vehicles". Run "holdfast import --help" for the usage.'],
    ['sync --onc', 'Unknown option "--onc". Did you mean "--once"? Run "holdfast sync --help" for the usage.'],
    ['sync -x', 'Unknown option "-x". Run "holdfast sync --help" for the usage.'],
    ['keys revoke', 'The argument KEY_ID is required. Run "holdfast keys revoke --help" for the usage.'],
    ['keys revoke a b', 'Unexpected argument "b". Run "holdfast keys revoke --help" for the usage.'],
    ['keys revoke --id a', 'Unknown option "--id". Run "holdfast keys revoke --help" for the usage.'],
    [
      'keys create --role client --name x',
      'The role client needs "--subject" with the id of the client. Run "holdfast keys create --help" for the usage.',
    ],
    [
      'keys create --role viewer --subject 1 --name x',
      'The role viewer has no subject. Leave "--subject" out. Run "holdfast keys create --help" for the usage.',
    ],
    [
      'keys rotate a --overlap 1y',
      '"--overlap" is a duration from 0s to 30d in whole seconds, such as 24h, not "1y". Run "holdfast keys rotate --help" for the usage.',
    ],
    ['serve now', 'Unexpected argument "now". Run "holdfast serve --help" for the usage.'],
    ['sync --url', `Option '--url <value>' argument missing. Run "holdfast sync --help" for the usage.`],
    [
      'simulator --kind hourly',
      '"--kind" is per-date or snapshot, not "hourly". Run "holdfast simulator --help" for the usage.',
    ],
  ])('%j is refused with exit code 2 and a line that says what to do', async (line, message) => {
    expect(await run(...line.split(' '))).toEqual({ exitCode: 2, stdout: '', stderr: `holdfast: ${message}\n` });
  });
});
