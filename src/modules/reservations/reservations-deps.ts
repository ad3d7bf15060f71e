import type { Database } from '../../platform/db/database.ts';
import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import type { TimetableView } from './availability/timetable-view.ts';
import type { HoldEngine } from './booking/hold-engine.ts';
import type { ReservationPolicy } from './booking/reservation.ts';

export interface ReservationsDeps {
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly timetables: TimetableView;
  readonly clock: DatabaseClock;
  readonly policy: ReservationPolicy;
  /** The length of a slot where a request names none. */
  readonly slotLengthMs: number;
}
