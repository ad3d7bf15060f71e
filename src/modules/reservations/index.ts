export { createTimetableView, SLOT_HOLDS } from './availability/timetable-view.ts';
export { bookSlot } from './booking/book-slot.ts';
export { cancelReservation } from './booking/change-reservation.ts';
export { type BatchLimits, createHoldEngine, type HoldEngine } from './booking/hold-engine.ts';
export type { ReservationPolicy } from './booking/reservation.ts';
export { startSweeper } from './booking/sweep-expired.ts';
export type { ReservationsDeps } from './reservations-deps.ts';
export { addReservationsRoutes } from './routes.ts';
export { loadSamples } from './samples.ts';
