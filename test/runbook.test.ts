import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { rootCommand } from '../src/cli/commands.ts';
import { type Command, isGroup } from '../src/cli/parsing/command.ts';
import { parseOptions } from '../src/cli/parsing/parse-options.ts';
import { onPostgres } from './support/database/test-database.ts';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

/** Programs of the operating system and of the database that commands use. */
const PROGRAMS = ['curl', 'psql', 'redis-cli', 'holdfast', 'ask', 'export'];

/** The lines in the shell examples of the runbook. */
async function readCommands(): Promise<string[]> {
  const blocks = [...(await read('docs/runbook.md')).matchAll(/```sh\n(.*?)```/gs)];
  return blocks.flatMap(([, block = '']) => block.trim().split('\n'));
}

async function readAlerts(): Promise<{ name: string; runbook: string }[]> {
  const rules = await read('deploy/prometheus/alerts.yml');
  return rules
    .split('- alert: ')
    .slice(1)
    .map((rule) => ({
      name: /^\w+/.exec(rule)?.[0] ?? '',
      runbook: /runbook_url: (\S+)/.exec(rule)?.[1] ?? '',
    }));
}

/** Parses a command line of the program, as the program does. @throws Error when there is no such command or option */
function parseCommand(line: string): void {
  let command: Command = rootCommand;
  const words = line.split(/\s+/).slice(1);
  while (isGroup(command)) {
    const name = words.shift();
    const next: Command | undefined = command.commands.find((each) => each.name === name);
    if (next === undefined) throw new Error(`no such command: ${line}`);
    command = next;
  }
  parseOptions(words, command.options, []);
}

describe('docs/runbook.md', () => {
  it('the runbook has one entry for each alert, in their order, and no other', async () => {
    const entries = [...(await read('docs/runbook.md')).matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(entries).toEqual((await readAlerts()).map(({ name }) => name));
  });

  it('every alert links to its entry', async () => {
    for (const { name, runbook } of await readAlerts()) expect(runbook).toBe(`docs/runbook.md#${name.toLowerCase()}`);
  });

  it('every entry says what users notice, how to confirm it and what to do, with a command', async () => {
    const [, ...entries] = (await read('docs/runbook.md')).split(/^## /m);
    for (const entry of entries) {
      expect(entry).toMatch(/\*\*Users\*\*:.*\*\*Confirm\*\*:.*\*\*Do\*\*:/s);
      expect(entry).toContain('```sh');
    }
  });

  it('every command of the runbook is one that exists', async () => {
    const commands = await readCommands();
    expect(commands.length).toBeGreaterThan(40);
    for (const line of commands) expect(PROGRAMS).toContain(/^[a-z-]+/.exec(line)?.[0]);
    const inText = [...(await read('docs/runbook.md')).matchAll(/`(holdfast [^`]*)`/g)].map(([, line = '']) => line);
    expect(inText).toContain('holdfast doctor');
    for (const line of [...commands, ...inText].filter((each) => each.startsWith('holdfast '))) parseCommand(line);
    expect(() => parseCommand('holdfast sync --twice')).toThrow();
    expect(() => parseCommand('holdfast synchronize')).toThrow();
  });

  it('every path that the runbook asks for is a route', async () => {
    const { paths } = JSON.parse(await read('openapi.json')) as { paths: Record<string, unknown> };
    const routes = new Set([...Object.keys(paths), '/metrics']);
    const asked = (await readCommands()).flatMap((line) => /(?:^ask |\$HOLDFAST)(\/[\w/-]+)/.exec(line)?.[1] ?? []);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((path) => !routes.has(path))).toEqual([]);
  });
});

onPostgres('SQL of docs/runbook.md', (open) => {
  it('every query of the runbook runs on the schema', async () => {
    const queries = (await readCommands()).flatMap((line) => /^psql "\$DATABASE_URL" -c "(.*)"$/.exec(line)?.[1] ?? []);
    expect(queries).toHaveLength((await readCommands()).filter((line) => line.startsWith('psql')).length);
    for (const query of queries) await open().database.read((reader) => sql.raw(query).execute(reader));
  });
});
