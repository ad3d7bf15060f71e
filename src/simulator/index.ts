export { mostInWindow } from './http/accept-log.ts';
export { readSimulatorOptions, SIMULATOR_OPTIONS } from './simulator-command.ts';
export { SimulatorError, type SimulatorOptions } from './simulator-options.ts';
export { type RunningSimulator, startSimulator } from './start-simulator.ts';
