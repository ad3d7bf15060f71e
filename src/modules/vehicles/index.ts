export { compareStates } from './compare-states.ts';
export { importStateLogs, STATE_LOG_COLUMNS } from './import-state-logs.ts';
export { importVehicles, VEHICLE_COLUMNS } from './import-vehicles.ts';
export { addVehiclesRoutes } from './routes.ts';
export { loadSampleVehicles } from './samples.ts';
export { createVehicleView } from './vehicle-view.ts';
export type { VehiclesDeps } from './vehicles-deps.ts';
