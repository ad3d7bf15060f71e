export { bookSlot } from './book-slot.ts';
export { cancelReservation } from './change-reservation.ts';
export { type BatchLimits, createHoldEngine, type HoldEngine } from './hold-engine.ts';
export { startSweeper } from './jobs.ts';
export type { ReservationPolicy } from './reservation.ts';
export type { ReservationsDeps } from './reservations-deps.ts';
export { addReservationsRoutes } from './routes.ts';
export { loadSamples } from './samples.ts';
export { createTimetableView } from './timetable-view.ts';
