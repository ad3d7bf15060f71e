import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { runCommandLine } from '../command-line.ts';

const SAMPLES = fileURLToPath(new URL('../../../samples', import.meta.url));

onPostgres('holdfast import', (open) => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function run(...args: string[]) {
    let output = '';
    const printer = { write: (text: string) => (output += text) };
    const env = { DATABASE_URL: open().url, LOG_LEVEL: 'silent' };
    const exitCode = await runCommandLine(['import', ...args], { env, stdout: printer, stderr: printer, version: '0' });
    return { exitCode, output };
  }

  const orderFiles = ['--orders', `${SAMPLES}/northwind-orders.csv`, '--lines', `${SAMPLES}/northwind-order-lines.csv`];
  const vehicleFiles = ['--vehicles', `${SAMPLES}/vehicles.csv`, '--logs', `${SAMPLES}/state-logs.csv`];

  it('orders are stored with progress lines, and a second import leaves them unchanged', async () => {
    const first = await run('orders', ...orderFiles);
    expect(first.exitCode, first.output).toBe(0);
    expect(first.output).toMatch(
      /^orders: 100 %, 830 rows\n(lines: .*\n)+storing: 100 %, 830 orders\nStored 830 orders and 2,155 lines\.\n$/,
    );
    const second = await run('orders', ...orderFiles);
    expect(second.output).toMatch(
      /Stored 0 orders and 0 lines\.\nAlready present and unchanged: 830 orders and 2,155 lines\.\n$/,
    );
  });

  it('vehicles are stored before their state logs, and a second import leaves both unchanged', async () => {
    const first = await run('vehicles', ...vehicleFiles);
    expect(first.exitCode, first.output).toBe(0);
    expect(first.output).toMatch(
      /^vehicles: 100 %, 3 rows\nlogs: 100 %, \d rows\nStored 3 vehicles and \d state logs\.\n/,
    );
    const second = await run('vehicles', ...vehicleFiles);
    expect(second.output).toMatch(
      /Stored 0 vehicles and 0 state logs\.\nAlready present and unchanged: 3 vehicles and/,
    );
  });

  it('a file of vehicles with another state than the last log is reported with exit code 0', async () => {
    const vehicles = join(directory, 'vehicles.csv');
    await writeFile(vehicles, 'id,make,model,state\n71,VW,Golf,sold\n');
    const logs = join(directory, 'logs.csv');
    await writeFile(logs, 'vehicle_id,state,timestamp\n71,selling,2022-09-11\n');
    const { exitCode, output } = await run('vehicles', '--vehicles', vehicles, '--logs', logs);
    expect(exitCode).toBe(0);
    expect(output).toContain(
      `The state in the file differs from the last log for 1 vehicle:\n  ${vehicles}:2: vehicle 71 `,
    );
  });

  it('every refused row is named, with exit code 1', async () => {
    const orders = join(directory, 'orders.csv');
    const rows = ['1,A,1997-02-30,', '2,,1997-02-28,'];
    await writeFile(orders, ['order_id,customer_name,ordered_on,shipped_on', ...rows].join('\n'));
    const { exitCode, output } = await run('orders', '--orders', orders, '--lines', orderFiles[3] ?? '');
    expect(exitCode).toBe(1);
    expect(output).toContain(
      `2 rows are refused, so nothing was imported\n  ${orders}:2: ordered_on "1997-02-30" is not a date such as 1996-07-04\n` +
        `  ${orders}:3: customer_name is missing`,
    );
    const vehicles = join(directory, 'refused.csv');
    await writeFile(vehicles, 'id,make,model\n0,VW,Golf\n');
    const refused = await run('vehicles', '--vehicles', vehicles, '--logs', vehicleFiles[3] ?? '');
    expect(refused.exitCode).toBe(1);
    expect(refused.output).toContain(`\n  ${vehicles}:2: id "0" `);
  });

  it('a directory in place of a file is refused with exit code 2', async () => {
    const { exitCode, output } = await run('vehicles', '--vehicles', directory, '--logs', vehicleFiles[3] ?? '');
    expect(exitCode).toBe(2);
    expect(output).toContain(`holdfast: ${directory} is a directory, not a file.`);
  });

  it.each([
    [[], '"holdfast import" is followed by "orders" or "vehicles".'],
    [['cars'], 'Unknown command "cars".'],
    [['orders', '--orders', 'here.csv', '--lines', 'there.csv'], 'The file here.csv does not exist.'],
    [['orders', ...orderFiles.slice(0, 2)], 'The option "--lines" is required.'],
    [['orders', ...orderFiles, '--fast'], 'Unknown option "--fast".'],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { exitCode, output } = await run(...args);
    expect(exitCode).toBe(2);
    expect(output).toContain(`holdfast: ${message}`);
  });
});
