import { describe, expect, it } from 'vitest';
import { readSimulatorOptions, SimulatorError, startSimulator } from './index.ts';

const words = (line: string) => line.split(' ').filter(Boolean);

describe('simulator command line', () => {
  it('without options the simulator is a per-date supplier without limits', () => {
    expect(readSimulatorOptions([])).toMatchObject({ kind: 'per-date', port: 4100, limits: [], seed: 1 });
  });

  it('the options of a command line start the simulator that they describe', async () => {
    const line = '--kind snapshot --port 0 --base-path /venue --limit 1/1h --limit 30/1m --latency 5ms --api-key k';
    const options = readSimulatorOptions(words(line));
    await using simulator = await startSimulator(options);
    const headers = { 'x-api-key': 'k' };
    expect((await fetch(`${simulator.url}/items`, { headers })).status).toBe(200);
    expect((await fetch(`${simulator.url}/items`, { headers })).headers.get('retry-after')).toBe('3600');
  });

  it.each([
    '--kind other',
    '--port 99999',
    '--port x',
    '--latency 5',
    '--products 1.5',
    '--rivals -1',
    '--base-path tours/',
    '--time-zone Nowhere/City',
    '--what',
    'word',
  ])('the command line %s is refused', (line) => {
    expect(() => readSimulatorOptions(words(line))).toThrow(SimulatorError);
  });

  it('the simulator does not start with an invalid limit, an unreadable inventory or a port in use', async () => {
    const kind = 'per-date';
    await expect(startSimulator({ kind, limits: ['30/minute'] })).rejects.toThrow(SimulatorError);
    for (const inventoryFile of ['/nowhere.json', new URL('../../package.json', import.meta.url)]) {
      await expect(startSimulator({ kind, inventoryFile })).rejects.toThrow(SimulatorError);
    }
    await using first = await startSimulator({ kind });
    const port = Number(new URL(first.url).port);
    await expect(startSimulator({ kind, port })).rejects.toThrow(SimulatorError);
  });
});
