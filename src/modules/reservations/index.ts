export { describeSlots } from './availability/describe-slots.ts';
export { createTimetableView, SLOT_HOLDS } from './availability/timetable-view.ts';
export { bookSlot } from './booking/book-slot.ts';
export { cancelReservation } from './booking/change-reservation.ts';
export { endReservationsOfClient, requireNoneLive } from './booking/end-reservations-of-client.ts';
export { type BatchLimits, createHoldEngine, type HoldEngine } from './booking/hold-engine.ts';
export { ownedBy } from './booking/owned-by.ts';
export type { ReservationPolicy } from './booking/reservation.ts';
export { describeChanges, describeReservations } from './booking/reservation-events.ts';
export { AlreadyEnded, ClientHasReservations, ForeignClient, SlotClosed } from './booking/reservation-failures.ts';
export { toHistoryResponse, toReservationResponse } from './booking/reservation-response.ts';
export { HistoryEntry, Reservation } from './booking/reservation-schemas.ts';
export { listReservations, readHistoriesOfClient } from './booking/reservation-view.ts';
export { startExpiry } from './expiry/start-expiry.ts';
export { startSweeper } from './expiry/sweep-expired.ts';
export { watchExpiry } from './expiry/watch-expiry.ts';
export {
  type ClientErasure,
  ERASED_NAME,
  eraseName,
  readErasure,
  readLastErasure,
  storeErasure,
} from './people/client-erasure-store.ts';
export { readClient, readKnownClient } from './people/client-store.ts';
export { Client } from './people/people-schemas.ts';
export { toClientResponse } from './people/person-response.ts';
export type { ReservationsDeps } from './reservations-deps.ts';
export { addReservationsRoutes } from './routes.ts';
export { loadSamples } from './samples.ts';
