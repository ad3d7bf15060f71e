export { findStateDifferences } from './import/find-state-differences.ts';
export { importStateLogs } from './import/import-state-logs.ts';
export { type Imported, importVehicles } from './import/import-vehicles.ts';
export { STATE_LOG_COLUMNS, VEHICLE_COLUMNS } from './import/vehicle-rows.ts';
export { loadVehicleSamples } from './import/vehicle-samples.ts';
export { addVehiclesRoutes } from './routes.ts';
export { createVehicleView } from './states/vehicle-view.ts';
export type { VehiclesDeps } from './vehicles-deps.ts';
