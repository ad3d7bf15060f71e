import type { Database } from '../../platform/db/database.ts';
import type { HoldEngine } from './hold-engine.ts';
import type { ReservationPolicy } from './reservation.ts';

export interface ReservationsDeps {
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly policy: ReservationPolicy;
  /** The length of a slot where a request names none. */
  readonly slotLengthMs: number;
}
