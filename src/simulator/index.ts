export { readSimulatorOptions, SIMULATOR_OPTIONS } from './command.ts';
export { mostInWindow } from './http/accept-log.ts';
export { SimulatorError, type SimulatorOptions } from './simulator-options.ts';
export { type RunningSimulator, startSimulator } from './start-simulator.ts';
