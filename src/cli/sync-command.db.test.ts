import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { type SuppliersFile, writeSuppliersFile } from '../../test/support/supply/suppliers-file.ts';
import { ConfigError, readConfig } from '../config/config.ts';
import { runSync } from './sync-command.ts';

onPostgres('holdfast sync', (open) => {
  let file: SuppliersFile;
  beforeAll(async () => {
    const venue = { id: 'venue', adapter: 'snapshot', base_url: 'http://127.0.0.1:1', pull_limits: ['1/1h'] };
    file = await writeSuppliersFile([venue]);
  });
  afterAll(() => file[Symbol.asyncDispose]());

  function run(
    words: string[],
    onWrite: (text: string) => void,
    isTTY: boolean,
    signal = new AbortController().signal,
  ) {
    const config = readConfig({ DATABASE_URL: open().url, LOG_LEVEL: 'silent', SUPPLIERS_FILE: file.path });
    return runSync(words, config, { isTTY, write: onWrite }, signal);
  }

  it.each([
    [[], false],
    [['--once'], true],
  ])('holdfast sync with %j prints once (terminal: %s)', async (words, isTTY) => {
    const written: string[] = [];
    await run(words, (text) => written.push(text), isTTY);
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('venue  running\n');
    expect(written[0]).toContain('0 of 1 fresh enough, 1 to pull\n  budget    0 of 1/1h; next pull now\n');
  });

  it('holdfast sync redraws its lines until it is stopped', async () => {
    const stopped = new AbortController();
    const written: string[] = [];
    const write = (text: string) => {
      written.push(text);
      if (written.length === 2) stopped.abort();
    };
    await run([], write, true, stopped.signal);
    expect(written[1]).toBe(`\x1b[6A\x1b[J${written[0]}`);
  });

  it('holdfast sync refuses unknown options', async () => {
    await expect(run(['--twice'], () => {}, false)).rejects.toThrow(ConfigError);
  });
});
