import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { readConfig } from '../config/config.ts';
import { runImport } from './import-command.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

onPostgres('holdfast import', (open) => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function run(...words: string[]): Promise<string> {
    const written: string[] = [];
    const config = readConfig({ DATABASE_URL: open().url, LOG_LEVEL: 'silent' });
    await runImport(words, config, { write: (text) => written.push(text) });
    return written.join('');
  }

  const samples = ['--orders', `${SAMPLES}/northwind-orders.csv`, '--lines', `${SAMPLES}/northwind-order-lines.csv`];

  it('stores orders and tells how it goes on, and what it left alone the second time', async () => {
    expect(await run('orders', ...samples)).toMatch(
      /^orders: 100 %, 830 rows\n(lines: .*\n)+storing: 100 %, 830 orders\nStored 830 orders and 2,155 lines\.\n$/,
    );
    const again = await run('orders', ...samples);
    expect(again).toMatch(/Stored 0 orders and 0 lines\.\nLeft as they are, .*: 830 orders and 2,155 lines\.\n$/);
  });

  it('names every row that it refuses', async () => {
    const orders = join(directory, 'orders.csv');
    const rows = ['1,A,1997-02-30,', '2,,1997-02-28,'];
    await writeFile(orders, ['order_id,customer_name,ordered_on,shipped_on', ...rows].join('\n'));
    await expect(run('orders', '--orders', orders, '--lines', samples[3] ?? '')).rejects.toThrow(
      `2 rows are refused, so nothing was imported\n  ${orders}:2: ordered_on "1997-02-30" is not a date such as 1996-07-04\n` +
        `  ${orders}:3: customer_name is missing`,
    );
  });

  it.each([
    [[], 'there is nothing to import called (nothing)'],
    [['cars'], 'there is nothing to import called cars'],
    [['orders', '--orders', 'here.csv'], 'there is no file here.csv'],
    [['orders', ...samples.slice(0, 2)], '--lines FILE is missing'],
    [['orders', ...samples, '--fast'], "Unknown option '--fast'"],
  ])('says what is wrong with %j', async (words, message) => {
    await expect(run(...words)).rejects.toThrow(message);
  });
});
