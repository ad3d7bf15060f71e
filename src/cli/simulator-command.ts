import closeWithGrace from 'close-with-grace';
import { readSimulatorOptions, SIMULATOR_OPTIONS, startSimulator } from '../simulator/index.ts';
import { defineCommand } from './parsing/command.ts';
import { STOP_WITHIN_MS } from './serve-command.ts';

export const simulatorCommand = defineCommand({
  name: 'simulator',
  summary: 'Simulate a supplier over HTTP, for tests and trials',
  description:
    'Simulates a supplier over HTTP until it receives SIGINT or SIGTERM. It stores nothing. docs/simulator.md describes ' +
    'its answers, how to make it fail, and how to see the requests it has received.',
  options: SIMULATOR_OPTIONS,
  examples: [
    { command: 'holdfast simulator --limit 30/1m', description: 'Sell by product and date, 30 pulls a minute' },
    {
      command: 'holdfast simulator --kind snapshot --port 4101 --limit 1/1h',
      description: 'Sell items, one pull an hour',
    },
  ],
  async run(_values, { stdout }, args) {
    const options = readSimulatorOptions(args);
    const simulator = await startSimulator(options);
    stdout.write(`A simulated ${options.kind} supplier is listening at ${simulator.url}\n`);
    closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, () => simulator[Symbol.asyncDispose]());
  },
});
