import { sql } from 'kysely';
import type { Status } from '../../../../src/modules/reservations/booking/reservation.ts';
import type { Database } from '../../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../../src/platform/http/http-server.ts';
import type { Id } from '../../../../src/platform/ids.ts';
import { ask } from '../../server/test-app.ts';

/** A request of a buyer. */
export type Operation =
  | { readonly kind: 'hold'; readonly client: Id; readonly slot: Id; readonly quantity: number }
  | { readonly kind: 'confirm' | 'cancel' | 'extend'; readonly client: Id; readonly reservation: Id }
  | { readonly kind: 'reschedule'; readonly client: Id; readonly reservation: Id; readonly slot: Id };

/** One request and its answer. Times are milliseconds of this process's monotonic clock, before and after. */
export interface Exchange {
  readonly operation: Operation;
  readonly key: string | undefined;
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly status: number;
  /** The answer's body, to the byte. */
  readonly text: string;
}

/** Sends operations and records their exchanges. */
export class Recorder {
  readonly exchanges: Exchange[] = [];

  async send(app: HttpServer, operation: Operation, key?: string): Promise<Exchange> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    const { url, body } = requestOf(operation);
    const invokedAt = performance.now();
    const { status, text } = await ask(app, 'POST', url, body, headers);
    const exchange = { operation, key, invokedAt, returnedAt: performance.now(), status, text };
    this.exchanges.push(exchange);
    return exchange;
  }
}

function requestOf(operation: Operation): { url: string; body: object } {
  const client_id = operation.client;
  switch (operation.kind) {
    case 'hold':
      return {
        url: '/api/v1/reservations',
        body: { client_id, slot_id: operation.slot, quantity: operation.quantity },
      };
    case 'reschedule':
      return {
        url: `/api/v1/reservations/${operation.reservation}/reschedule`,
        body: { client_id, slot_id: operation.slot },
      };
    default:
      return { url: `/api/v1/reservations/${operation.reservation}/${operation.kind}`, body: { client_id } };
  }
}

/** The id of the reservation in a successful answer. */
export function reservationIn(exchange: Exchange): Id {
  return (JSON.parse(exchange.text) as { reservation_id: Id }).reservation_id;
}

/** The short type of a problem, such as `slot-taken`; `undefined` for any other answer. */
export function problemIn(exchange: Exchange): string | undefined {
  if (exchange.status < 400) return undefined;
  return (JSON.parse(exchange.text) as { type: string }).type.split(':').at(-1);
}

interface SlotRow {
  readonly id: Id;
  readonly capacity: number;
  readonly claimed: number;
}

/** Times are microseconds since 1970. */
export interface ReservationRow {
  readonly id: Id;
  readonly slot: Id;
  readonly client: Id;
  readonly quantity: number;
  readonly status: Status;
  readonly heldAt: number;
  readonly expiresAt: number;
  readonly decidedAt: number | null;
}

/** Times are microseconds since 1970. */
export interface EventRow {
  readonly reservation: Id;
  readonly at: number;
  readonly status: Status;
  readonly slot: Id;
  readonly quantity: number;
  readonly expiresAt: number;
}

/** The tables of bookings after all requests. */
export interface FinalTables {
  readonly slots: readonly SlotRow[];
  readonly reservations: readonly ReservationRow[];
  /** By reservation, in the order in which they were written. */
  readonly events: readonly EventRow[];
}

export async function readTables(database: Database): Promise<FinalTables> {
  const micros = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000000)::bigint`;
  return database.read(async (reader) => {
    const slots = await sql<SlotRow>`select id, capacity, claimed from slot order by id`.execute(reader);
    const reservations = await sql<ReservationRow>`
      select id, slot_id as slot, client_id as client, quantity, status, ${micros('held_at')} as "heldAt",
             ${micros('expires_at')} as "expiresAt", ${micros('decided_at')} as "decidedAt"
        from reservation order by id`.execute(reader);
    const events = await sql<EventRow>`
      select reservation_id as reservation, ${micros('at')} as at, status, slot_id as slot, quantity,
             ${micros('expires_at')} as "expiresAt"
        from reservation_event e order by reservation_id, e.id`.execute(reader);
    return { slots: slots.rows, reservations: reservations.rows, events: events.rows };
  });
}
