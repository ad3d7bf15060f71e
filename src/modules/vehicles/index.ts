export { addVehiclesRoutes } from './routes.ts';
export { createVehicleView } from './vehicle-view.ts';
export type { VehiclesDeps } from './vehicles-deps.ts';
