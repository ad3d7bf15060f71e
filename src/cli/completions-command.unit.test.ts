import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../test/support/server/installed.ts';
import { runCommandLine } from './command-line.ts';

async function completionScript(shell: 'bash' | 'zsh'): Promise<string> {
  let script = '';
  const stdout = { write: (text: string) => (script += text) };
  const context = { env: {}, stdout, stderr: stdout, version: '0' };
  expect(await runCommandLine(['completions', shell], context)).toBe(0);
  return script;
}

// Windows and minimal images have no bash.
describe.skipIf(!isInstalled('bash'))('the bash completion script', () => {
  /** Runs a bash script that has loaded the completions, and returns the lines that it prints. */
  async function runBash(script: string): Promise<string[]> {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-completions-'));
    const file = join(directory.path, 'holdfast.bash');
    await writeFile(file, await completionScript('bash'));
    await promisify(execFile)('bash', ['-n', file]);
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', `source ${file}; ${script}`]);
    return stdout.split('\n').filter(Boolean);
  }

  /** The completions of the last of these words. */
  const complete = (...words: string[]) =>
    runBash(`
      COMP_WORDS=(holdfast ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
      _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`);

  it('is accepted by bash, and registers the function for holdfast', async () => {
    expect(await runBash('complete -p holdfast')).toEqual(['complete -o default -F _holdfast holdfast']);
  });

  it.each([
    [
      [''],
      [
        'serve',
        'migrate',
        'import',
        'sync',
        'doctor',
        'keys',
        'webhooks',
        'simulator',
        'completions',
        '--help',
        '--version',
      ],
    ],
    [['s'], ['serve', 'sync', 'simulator']],
    [
      ['import', ''],
      ['orders', 'vehicles', '--help', '--version'],
    ],
    [
      ['import', 'orders', '--'],
      ['--orders', '--lines', '--help', '--version'],
    ],
    [['import', 'orders', '--orders', 'a file.csv', '--l'], ['--lines']],
    [['import', 'orders', '--orders', ''], []],
    [['sync', '--o'], ['--once']],
    [
      ['simulator', '--kind', ''],
      ['per-date', 'snapshot'],
    ],
    [['simulator', '--port', '4101', '--k'], ['--kind']],
    [['completions', 'b'], ['bash']],
    [
      ['keys', 'revoke', '--'],
      ['--url', '--help', '--version'],
    ],
    [['keys', 'create', '--role', 'c'], ['client']],
    [
      ['webhooks', 'r'],
      ['rotate-secret', 'replay'],
    ],
    [['webhooks', 'deliveries', '7', '--status', 'd'], ['delivered']],
  ])('completes %j to %j', async (words, completions) => {
    expect(await complete(...words)).toEqual(completions);
  });
});

it('the zsh completion script names every command with its summary', async () => {
  const script = await completionScript('zsh');
  expect(script.startsWith('#compdef holdfast\n')).toBe(true);
  expect(script).toContain("'serve:Run the server'");
  expect(script).toContain("'--once:Print the status once'");
});

// Few machines have a zsh.
// CI installs it; few other machines have it.
it.skipIf(!isInstalled('zsh'))('the zsh completion script is accepted by zsh', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-completions-'));
  const file = join(directory.path, 'holdfast.zsh');
  await writeFile(file, await completionScript('zsh'));
  await promisify(execFile)('zsh', ['-n', file]);
});
