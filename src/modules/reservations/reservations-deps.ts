import type { Database } from '../../platform/db/database.ts';
import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import type { TimetableView } from './availability/timetable-view.ts';
import type { HoldEngine } from './booking/hold-engine.ts';
import type { ReservationPolicy } from './booking/reservation.ts';

/** Everything that the routes of this module need. */
export interface ReservationsDeps {
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly timetables: TimetableView;
  readonly clock: DatabaseClock;
  readonly policy: ReservationPolicy;
  /** Length of a slot when a request has none. */
  readonly slotLengthMs: number;
}
