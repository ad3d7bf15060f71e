export { compareStates } from './compare-states.ts';
export { importStateLogs } from './import-state-logs.ts';
export { type Imported, importVehicles } from './import-vehicles.ts';
export { addVehiclesRoutes } from './routes.ts';
export { loadVehicleSamples } from './samples.ts';
export { STATE_LOG_COLUMNS, VEHICLE_COLUMNS } from './vehicle-rows.ts';
export { createVehicleView } from './vehicle-view.ts';
export type { VehiclesDeps } from './vehicles-deps.ts';
