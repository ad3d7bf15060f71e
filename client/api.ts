// What the server takes and gives, by method and path. Written by `npm run openapi` from the routes themselves.
// One file, however long, because it is generated: nobody edits it, and it is read by looking up a path.

export interface Booking {
  /** The booking id. Its reservation has the same id, under `/api/v1/reservations`. */
  readonly "booking_id": number;
  /** The item's id, as `GET /api/items` returns it. */
  readonly "item_id": number;
  /** The client's id. */
  readonly "client_id": number;
  /** Units booked. */
  readonly "quantity": number;
  /** `pending`: not yet acknowledged by the supplier. `confirmed`: the supplier holds it. `conflict`: the supplier refused it or no longer has it. */
  readonly "status": "pending" | "confirmed" | "conflict" | "cancelled";
  readonly "price": BookingPrice | null;
  /** When it was booked, UTC, to the second. */
  readonly "created_at": string;
  /** Why the booking is in conflict. Only in conflicts. */
  readonly "reason"?: string;
}

export interface BookingPage {
  /** The bookings of this page, by id. */
  readonly "bookings": readonly (Booking)[];
  readonly "next_cursor": string | null;
}

export interface BookingPrice {
  /** Exact decimal. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
}

export interface Experience {
  /** The experience's id, which is the supplier's product id. */
  readonly "id": number;
  /** The supplier's id in the configuration. */
  readonly "supplier": string;
  /** Time zone of its dates and clock times (tz database). */
  readonly "time_zone": string;
}

export interface ExperienceDate {
  /** Date in the supplier's time zone. */
  readonly "date": string;
  readonly "price": ExperiencePrice;
}

export interface ExperienceDates {
  /** Dates with at least one unit left, ascending, each with the lowest primary price available. */
  readonly "dates": readonly (ExperienceDate)[];
}

export interface ExperienceList {
  /** All configured experiences, by id. */
  readonly "experiences": readonly (Experience)[];
}

export interface ExperiencePrice {
  /** Price to pay. Exact decimal. */
  readonly "finalPrice": number;
  /** Price before any discount. Exact decimal. */
  readonly "originalPrice": number;
  /** ISO 4217 code. */
  readonly "currencyCode": string;
}

export interface ExperienceSlot {
  /** The slot id, for reservations. */
  readonly "id": number;
  /** Date in the supplier's time zone. */
  readonly "startDate": string;
  /** Start on the supplier's clock. */
  readonly "startTime": string;
  /** End on the supplier's clock. */
  readonly "endTime": string;
  /** The supplier's own id of the slot, unchanged. */
  readonly "providerSlotId": string | number;
  readonly "variantId": string | number | null;
  /** Units that can be reserved now. */
  readonly "remaining": number;
  /** ISO 4217 code. */
  readonly "currencyCode": string;
  readonly "price": ExperiencePrice;
  /** The pax types, in the supplier's order. */
  readonly "paxAvailability": readonly (PaxAvailability)[];
}

export interface ExperienceSlots {
  /** The experience's id, which is the supplier's product id. */
  readonly "id": number;
  /** The slots of the date, by start. */
  readonly "slots": readonly (ExperienceSlot)[];
}

export interface FetchStatus {
  readonly "lastFetchedTime": string | null;
  readonly "nextFetchTime": string | null;
}

export interface Item {
  /** The item's id, for bookings. */
  readonly "item_id": number;
  readonly "name": string | null;
  /** Start, UTC. */
  readonly "starts_at": string;
  /** End, UTC. */
  readonly "ends_at": string;
  /** Units that can be booked now. */
  readonly "remaining": number;
  readonly "price": ItemPrice;
}

export interface ItemList {
  /** Items with at least one unit left that have not started, by start. */
  readonly "items": readonly (Item)[];
  readonly "observed_at": string | null;
  readonly "next_pull_at": string | null;
}

export interface ItemPrice {
  /** Exact decimal. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
}

export interface LoggedState {
  /** The vehicle's id. */
  readonly "vehicle_id": number;
  /** The state, in the words of whoever logged it. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface PaxAvailability {
  /** Identifies the pax type within its slot. */
  readonly "type": string;
  /** Name for display. Two pax types may share one. */
  readonly "name": string;
  /** Who the pax type is for. */
  readonly "description": string;
  /** Whether its price is the slot's `price`. */
  readonly "isPrimary": boolean;
  /** Fewest units of this pax type in one reservation. */
  readonly "min": number;
  /** Most units of this pax type in one reservation. */
  readonly "max": number;
  /** Units that can be reserved now. */
  readonly "remaining": number;
  readonly "price": PaxPrice;
}

export interface PaxPrice {
  /** Price to pay. Exact decimal. */
  readonly "finalPrice": number;
  /** Price before any discount. Exact decimal. */
  readonly "originalPrice": number;
  /** Discount as the supplier states it. Exact decimal. */
  readonly "discount": number;
  /** ISO 4217 code. */
  readonly "currencyCode": string;
}

export interface Problem {
  /** Stable identifier of the failure: `urn:holdfast:problem:` and its name. */
  readonly "type": string;
  /** Short summary, the same for every occurrence of the type. */
  readonly "title": string;
  /** The HTTP status. */
  readonly "status": number;
  /** What went wrong this time, for a person to read. */
  readonly "detail": string;
  /** This occurrence: the `x-request-id` of the answer, as the log names it. */
  readonly "instance": string;
  /** The fields that are wrong; on 400 only. */
  readonly "errors"?: readonly ({
    /** JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
    readonly "path": string;
    /** What is wrong there. */
    readonly "message": string;
  })[];
}

export interface RemovedSupplier {
  /** The supplier's former id in the configuration. */
  readonly "id": string;
  /** Bookings and cancellations that were not sent to it. */
  readonly "unsent": number;
}

export interface StateLog {
  /** The state, in the words of whoever logged it. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface SupplierStatus {
  /** The supplier's id in the configuration. */
  readonly "id": string;
  /** Whether the supplier is pulled. */
  readonly "status": "running" | "paused";
  /** The pull limits of the configuration. All of them apply together. */
  readonly "pull_limits": readonly (string)[];
  /** Pulls that count against the limit that is nearest to being used up. */
  readonly "pulls_in_window": number;
  /** Pulls that count against each limit, in the order of `pull_limits`. */
  readonly "pulls_in_windows": readonly (number)[];
  readonly "next_pull_at": string | null;
  /** Partitions that are past their target age or were never pulled. A partition is what one pull reads. */
  readonly "backlog": number;
  /** Partitions within their target age. */
  readonly "done": number;
  /** All partitions that the configuration requires. */
  readonly "total": number;
  readonly "last_pull_at": string | null;
  readonly "last_error": string | null;
  readonly "last_error_at": string | null;
  readonly "oldest_observed_at": string | null;
  readonly "write_backs": WriteBackCounts;
}

export interface SupplierSyncState {
  /** The supplier's id in the configuration. */
  readonly "id": string;
  /** Whether the supplier is pulled. */
  readonly "status": "running" | "paused";
}

export interface SyncStates {
  /** `paused` if all suppliers are paused. */
  readonly "status": "running" | "paused";
  /** All suppliers of the configuration, in its order. */
  readonly "suppliers": readonly (SupplierSyncState)[];
}

export interface SyncStatus {
  /** `paused` if all suppliers are paused. */
  readonly "status": "running" | "paused";
  /** The database's clock, to which all other times refer. */
  readonly "now": string;
  /** All suppliers of the configuration, in its order. */
  readonly "suppliers": readonly (SupplierStatus)[];
  /** Suppliers that are no longer configured and have unsent bookings or cancellations, by id. */
  readonly "removed": readonly (RemovedSupplier)[];
}

export interface Vehicle {
  /** The vehicle's id. */
  readonly "id": number;
  /** The manufacturer. */
  readonly "make": string;
  /** The model. */
  readonly "model": string;
}

export interface VehicleHistory {
  readonly "vehicle": Vehicle;
  /** Every state log by time, ascending. Of two logs at one instant, the later one counts. */
  readonly "history": readonly (StateLog)[];
}

export interface VehicleInState {
  /** The vehicle's id. */
  readonly "id": number;
  /** The manufacturer. */
  readonly "make": string;
  /** The model. */
  readonly "model": string;
  /** The state, in the words of whoever logged it. */
  readonly "state": string;
}

export interface VehicleStateAnswer {
  /** `false` when the database was read for this answer. */
  readonly "fromCache": boolean;
  /** The answer. */
  readonly "data": {
    readonly "vehicle": VehicleInState;
  };
}

export interface VehicleStateProblem {
  /** The problem type. */
  readonly "type": string;
  /** Its summary. */
  readonly "title": string;
  /** The status the single request would have. */
  readonly "status": number;
  /** What is wrong with this pair. */
  readonly "detail": string;
}

export interface VehicleStates {
  /** One entry per pair, in the same order: the vehicle in its state, or the problem. */
  readonly "states": readonly ({
    readonly "vehicle"?: VehicleInState;
    readonly "problem"?: VehicleStateProblem;
  })[];
}

export interface WriteBackCounts {
  /** Write-backs that wait to be sent, or to be sent again. */
  readonly "waiting": number;
  /** Write-backs that failed too often or were rejected. `resume` sends them again. */
  readonly "parked": number;
  readonly "reason": string | null;
}

export interface Api {
  get: {
    /** Whether the process answers */
    "/healthz": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "status": string;
      };
    };
    /** Whether it can do its work */
    "/readyz": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "status": string;
      };
    };
    /** List a provider's free timeslots that may be reserved now */
    "/client/getProviderAvailability": {
      path: undefined;
      query: { "provider_id": number; };
      body: undefined;
      answer: {
        readonly "available timeslots": readonly ({
          readonly "timeslot_id": number;
          readonly "provider_id": number;
          readonly "first_name": string;
          readonly "last_name": string;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "is_available": boolean;
        })[];
      };
    };
    /** List providers by id */
    "/api/v1/providers": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: {
        readonly "providers": readonly ({
          readonly "provider_id": number;
          readonly "first_name": string;
          readonly "last_name": string;
          readonly "time_zone": string;
          /** UTC, to the second */
          readonly "created_at": string;
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** Read a provider */
    "/api/v1/providers/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "provider_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
        readonly "time_zone": string;
        /** UTC, to the second */
        readonly "created_at": string;
      };
    };
    /** List clients by id */
    "/api/v1/clients": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: {
        readonly "clients": readonly ({
          readonly "client_id": number;
          readonly "first_name": string;
          readonly "last_name": string;
          /** UTC, to the second */
          readonly "created_at": string;
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** Read a client */
    "/api/v1/clients/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "client_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
        /** UTC, to the second */
        readonly "created_at": string;
      };
    };
    /** List slots by start, with what is free of each */
    "/api/v1/slots": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "provider_id"?: number; "from"?: string; "to"?: string; "available"?: "true" | "false"; };
      body: undefined;
      answer: {
        readonly "slots": readonly ({
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "capacity": number;
          readonly "remaining": number;
          readonly "is_available": boolean;
          /** Moves whenever what can be reserved changes */
          readonly "version": number;
          /** `null` when it is free */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** Read a slot, with what is free of it */
    "/api/v1/slots/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        readonly "capacity": number;
        readonly "remaining": number;
        readonly "is_available": boolean;
        /** Moves whenever what can be reserved changes */
        readonly "version": number;
        /** `null` when it is free */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
      };
    };
    /** List a client's reservations, or those of a provider's slots, by id */
    "/api/v1/reservations": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "client_id"?: number; "provider_id"?: number; "from"?: string; "to"?: string; "live"?: "true" | "false"; };
      body: undefined;
      answer: {
        readonly "reservations": readonly ({
          readonly "reservation_id": number;
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          readonly "client_id": number;
          readonly "quantity": number;
          readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          /** UTC, to the second */
          readonly "created_at": string;
          /** UTC, to the second */
          readonly "expires_at": string;
          readonly "confirmed_at": string | null;
          /** Of one unit when it was held; `null` when that was free. Pax types have their own */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
          /** What is reserved; only of a supplier's slot */
          readonly "name"?: string;
          readonly "pax"?: readonly ({
            readonly "type": string;
            readonly "name": string;
            readonly "quantity": number;
            readonly "price": {
              readonly "amount": number;
              readonly "currency": string;
            };
          })[];
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** Read a reservation, as it is or as it was */
    "/api/v1/reservations/{id}": {
      path: { "id": number; };
      query: { "at"?: string; };
      body: undefined;
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** List all that has happened to a reservation, oldest first */
    "/api/v1/reservations/{id}/history": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "history": readonly ({
          /** UTC, to the microsecond */
          readonly "at": string;
          readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
          readonly "slot_id": number;
          readonly "quantity": number;
          /** UTC, to the second */
          readonly "expires_at": string;
        })[];
      };
    };
    /** A page of orders by ascending id, from memory */
    "/orders/{page}": {
      path: { "page": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "page": number;
        readonly "page_size": number;
        readonly "total_orders": number;
        readonly "total_pages": number;
        readonly "orders": readonly ({
          readonly "order_id": number;
          readonly "customer": string;
          /** UTC, to the second */
          readonly "ordered_at": string;
          /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
          readonly "status": "open" | "shipped" | "cancelled";
          /** ISO 4217 */
          readonly "currency": string;
          /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
          readonly "total": number;
          readonly "lines": readonly ({
            readonly "description": string;
            readonly "quantity": number;
            readonly "unit_price": number;
            readonly "discount": number;
          })[];
        })[];
      };
    };
    /** Orders by ascending id, from a cursor on */
    "/api/v1/orders": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "reservation_id"?: number; };
      body: undefined;
      answer: {
        readonly "orders": readonly ({
          readonly "order_id": number;
          readonly "customer": string;
          /** UTC, to the second */
          readonly "ordered_at": string;
          /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
          readonly "status": "open" | "shipped" | "cancelled";
          /** ISO 4217 */
          readonly "currency": string;
          /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
          readonly "total": number;
          readonly "lines": readonly ({
            readonly "description": string;
            readonly "quantity": number;
            readonly "unit_price": number;
            readonly "discount": number;
          })[];
          /** `null` for an order placed by hand. An order of a reservation follows it and is cancelled with it */
          readonly "reservation_id": number | null;
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** Read an order */
    "/api/v1/orders/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "order_id": number;
        readonly "customer": string;
        /** UTC, to the second */
        readonly "ordered_at": string;
        /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
        readonly "status": "open" | "shipped" | "cancelled";
        /** ISO 4217 */
        readonly "currency": string;
        /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
        readonly "total": number;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          readonly "unit_price": number;
          readonly "discount": number;
        })[];
        /** `null` for an order placed by hand. An order of a reservation follows it and is cancelled with it */
        readonly "reservation_id": number | null;
      };
    };
    /** Get a vehicle's state at a moment */
    "/vehicles/{id}/timestamp/{timestamp}": {
      path: { "id": number; "timestamp": string; };
      query: undefined;
      body: undefined;
      answer: VehicleStateAnswer;
    };
    /** Get a vehicle's state history */
    "/vehicles/{id}/history": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: VehicleHistory;
    };
    /** List experiences */
    "/api/v1/experiences": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: ExperienceList;
    };
    /** List the slots of an experience on a date */
    "/api/v1/experience/{id}/slots": {
      path: { "id": number; };
      query: { "date": string; };
      body: undefined;
      answer: ExperienceSlots;
    };
    /** List the dates on which an experience is available */
    "/api/v1/experience/{id}/dates": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: ExperienceDates;
    };
    /** List items */
    "/api/items": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: ItemList;
    };
    /** Get the times of the last and the next pull of items */
    "/api/status": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: FetchStatus;
    };
    /** List a client's bookings */
    "/api/bookings": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "client_id": number; };
      body: undefined;
      answer: BookingPage;
    };
    /** Get the status of the sync */
    "/api/v1/sync/status": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: SyncStatus;
    };
  };
  post: {
    /** Create a provider */
    "/provider/create": {
      path: undefined;
      query: undefined;
      body: {
        readonly "first_name": string;
        readonly "last_name": string;
        /** An IANA time zone, such as Europe/Berlin; UTC unless told */
        readonly "time_zone"?: string;
      };
      answer: {
        readonly "provider_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
      };
    };
    /** Create a client */
    "/client/create": {
      path: undefined;
      query: undefined;
      body: {
        readonly "first_name": string;
        readonly "last_name": string;
      };
      answer: {
        readonly "client_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
      };
    };
    /** Offer a stretch of a provider's time, cut into timeslots */
    "/provider/availability": {
      path: undefined;
      query: undefined;
      body: {
        readonly "provider_id": number;
        /** With an offset or `Z`; without, in the provider's time zone */
        readonly "start_time": string;
        /** With an offset or `Z`; without, in the provider's time zone */
        readonly "end_time": string;
      };
      answer: {
        readonly "available timeslots": readonly ({
          readonly "timeslot_id": number;
          readonly "provider_id": number;
          readonly "first_name": string;
          readonly "last_name": string;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "is_available": boolean;
        })[];
      };
    };
    /** Hold a timeslot */
    "/client/reserve": {
      path: undefined;
      query: undefined;
      body: {
        readonly "client_id": number;
        readonly "timeslot_id": number;
      };
      answer: {
        readonly "Reservation scheduled": {
          readonly "reservation_id": number;
          readonly "timeslot_id": number;
          readonly "provider_id": number | null;
          readonly "client_id": number;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          /** UTC, to the second */
          readonly "created_at": string;
          readonly "is_confirmed": boolean;
        };
      };
    };
    /** Create a provider */
    "/api/v1/providers": {
      path: undefined;
      query: undefined;
      body: {
        readonly "first_name": string;
        readonly "last_name": string;
        /** An IANA time zone, such as Europe/Berlin; UTC unless told */
        readonly "time_zone"?: string;
      };
      answer: {
        readonly "provider_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
        readonly "time_zone": string;
        /** UTC, to the second */
        readonly "created_at": string;
      };
    };
    /** Create a client */
    "/api/v1/clients": {
      path: undefined;
      query: undefined;
      body: {
        readonly "first_name": string;
        readonly "last_name": string;
      };
      answer: {
        readonly "client_id": number;
        readonly "first_name": string;
        readonly "last_name": string;
        /** UTC, to the second */
        readonly "created_at": string;
      };
    };
    /** Offer a provider's time: several ranges, breaks, weekly repetition */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "ranges": readonly ({
          /** With an offset or `Z`; without, in the provider's time zone */
          readonly "start_time": string;
          /** With an offset or `Z`; without, in the provider's time zone */
          readonly "end_time": string;
        })[];
        /** No slot that touches a break is offered */
        readonly "breaks"?: readonly ({
          /** With an offset or `Z`; without, in the provider's time zone */
          readonly "start_time": string;
          /** With an offset or `Z`; without, in the provider's time zone */
          readonly "end_time": string;
        })[];
        /** SLOT_LENGTH unless told */
        readonly "slot_minutes"?: number;
        /** 1 unless told */
        readonly "capacity"?: number;
        readonly "price"?: {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        };
        /** Repeat weekly up to this day in the provider's zone */
        readonly "repeat_weekly_until"?: string;
      };
      answer: {
        readonly "slots": readonly ({
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "capacity": number;
          readonly "remaining": number;
          readonly "is_available": boolean;
          /** Moves whenever what can be reserved changes */
          readonly "version": number;
          /** `null` when it is free */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
        })[];
      };
    };
    /** Hold units of a slot */
    "/api/v1/reservations": {
      path: undefined;
      query: undefined;
      body: {
        readonly "client_id": number;
        readonly "slot_id": number;
        /** 1 unless told; the sum of `pax` where that is given */
        readonly "quantity"?: number;
        /** Of which types, where the slot has pax types; each type once. All of the primary one unless told */
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "quantity": number;
        })[];
        /** The slot's `version` you decided by: 409 when it has moved on */
        readonly "version"?: number;
      };
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** Confirm a hold before it expires */
    "/api/v1/reservations/{id}/confirm": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "client_id": number;
      };
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** Cancel a hold or a confirmed reservation */
    "/api/v1/reservations/{id}/cancel": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "client_id": number;
      };
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** Give a hold more time, up to its ceiling */
    "/api/v1/reservations/{id}/extend": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "client_id": number;
      };
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** Move a reservation to another slot, or leave it as it is */
    "/api/v1/reservations/{id}/reschedule": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "client_id": number;
        readonly "slot_id": number;
        /** The slot's `version` you decided by: 409 when it has moved on */
        readonly "version"?: number;
      };
      answer: {
        readonly "reservation_id": number;
        readonly "slot_id": number;
        readonly "provider_id": number | null;
        readonly "client_id": number;
        readonly "quantity": number;
        readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
        /** UTC, to the second */
        readonly "start_time": string;
        /** UTC, to the second */
        readonly "end_time": string;
        /** UTC, to the second */
        readonly "created_at": string;
        /** UTC, to the second */
        readonly "expires_at": string;
        readonly "confirmed_at": string | null;
        /** Of one unit when it was held; `null` when that was free. Pax types have their own */
        readonly "price": {
          /** What one unit costs; an exact decimal with 4 decimals at most */
          readonly "amount": number;
          /** ISO 4217 */
          readonly "currency": string;
        } | null;
        /** What is reserved; only of a supplier's slot */
        readonly "name"?: string;
        readonly "pax"?: readonly ({
          readonly "type": string;
          readonly "name": string;
          readonly "quantity": number;
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          };
        })[];
      };
    };
    /** Place an order */
    "/api/v1/orders": {
      path: undefined;
      query: undefined;
      body: {
        readonly "customer": string;
        /** ISO 4217 */
        readonly "currency": string;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          /** An exact decimal with 4 decimals at most */
          readonly "unit_price": number;
          /** The part taken off, 0.15 for 15 %; an exact decimal with 4 decimals at most. 0 unless told */
          readonly "discount"?: number;
        })[];
      };
      answer: {
        readonly "order_id": number;
        readonly "customer": string;
        /** UTC, to the second */
        readonly "ordered_at": string;
        /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
        readonly "status": "open" | "shipped" | "cancelled";
        /** ISO 4217 */
        readonly "currency": string;
        /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
        readonly "total": number;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          readonly "unit_price": number;
          readonly "discount": number;
        })[];
        /** `null` for an order placed by hand. An order of a reservation follows it and is cancelled with it */
        readonly "reservation_id": number | null;
      };
    };
    /** Cancel an open order */
    "/api/v1/orders/{id}/cancel": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "order_id": number;
        readonly "customer": string;
        /** UTC, to the second */
        readonly "ordered_at": string;
        /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
        readonly "status": "open" | "shipped" | "cancelled";
        /** ISO 4217 */
        readonly "currency": string;
        /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
        readonly "total": number;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          readonly "unit_price": number;
          readonly "discount": number;
        })[];
        /** `null` for an order placed by hand. An order of a reservation follows it and is cancelled with it */
        readonly "reservation_id": number | null;
      };
    };
    /** Create a vehicle */
    "/vehicles": {
      path: undefined;
      query: undefined;
      body: {
        /** The manufacturer. */
        readonly "make": string;
        /** The model. */
        readonly "model": string;
        /** Its first state. */
        readonly "state"?: string;
        /** When that state began; defaults to now. `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Without an offset the time is UTC. */
        readonly "timestamp"?: string;
      };
      answer: VehicleHistory;
    };
    /** Log a change of state */
    "/vehicles/{id}/state-logs": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The new state. */
        readonly "state": string;
        /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Without an offset the time is UTC. */
        readonly "timestamp": string;
      };
      answer: LoggedState;
    };
    /** Get the states of many vehicles */
    "/api/v1/vehicles/states": {
      path: undefined;
      query: undefined;
      body: {
        /** The vehicles and moments to look up. */
        readonly "pairs": readonly ({
          /** The vehicle's id. */
          readonly "vehicle_id": number;
          /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Without an offset the time is UTC. */
          readonly "timestamp": string;
        })[];
      };
      answer: VehicleStates;
    };
    /** Book an item */
    "/api/bookings": {
      path: undefined;
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
        /** The item's id, as `GET /api/items` returns it. */
        readonly "item_id": number;
        /** Units to book. Defaults to 1. */
        readonly "quantity"?: number;
      };
      answer: Booking;
    };
    /** Pause sync */
    "/api/v1/sync/pause": {
      path: undefined;
      query: { "supplier"?: string; };
      body: undefined;
      answer: SyncStates;
    };
    /** Resume sync and retry parked write-backs */
    "/api/v1/sync/resume": {
      path: undefined;
      query: { "supplier"?: string; };
      body: undefined;
      answer: SyncStates;
    };
  };
  put: {
    /** Confirm a hold before it expires */
    "/client/confirm": {
      path: undefined;
      query: undefined;
      body: {
        readonly "client_id": number;
        readonly "reservation_id": number;
      };
      answer: {
        readonly "Reservation is confirmed": {
          readonly "reservation_id": number;
          readonly "timeslot_id": number;
          readonly "provider_id": number | null;
          readonly "client_id": number;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          /** UTC, to the second */
          readonly "created_at": string;
          readonly "is_confirmed": boolean;
        };
      };
    };
    /** End the holds that have run out, and list the timeslots they freed */
    "/provider/expiredReservations": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "Expired reservations deleted and corresponding timeslots released": readonly ({
          readonly "timeslot_id": number;
          readonly "provider_id": number;
          readonly "first_name": string;
          readonly "last_name": string;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "is_available": boolean;
        })[];
      };
    };
    /** Put other content in the place of what an open order has */
    "/api/v1/orders/{id}": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "customer": string;
        /** ISO 4217 */
        readonly "currency": string;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          /** An exact decimal with 4 decimals at most */
          readonly "unit_price": number;
          /** The part taken off, 0.15 for 15 %; an exact decimal with 4 decimals at most. 0 unless told */
          readonly "discount"?: number;
        })[];
      };
      answer: {
        readonly "order_id": number;
        readonly "customer": string;
        /** UTC, to the second */
        readonly "ordered_at": string;
        /** `open`: may be changed and cancelled. `shipped`: it has left, and is only read. `cancelled`: stays listed. Nothing follows the last two */
        readonly "status": "open" | "shipped" | "cancelled";
        /** ISO 4217 */
        readonly "currency": string;
        /** The sum of unit_price × quantity × (1 − discount) over the lines, reckoned exactly and rounded once, half up, to the currency's smallest coin; written as an exact decimal */
        readonly "total": number;
        readonly "lines": readonly ({
          readonly "description": string;
          readonly "quantity": number;
          readonly "unit_price": number;
          readonly "discount": number;
        })[];
        /** `null` for an order placed by hand. An order of a reservation follows it and is cancelled with it */
        readonly "reservation_id": number | null;
      };
    };
  };
  delete: {
    /** Take time back; its live reservations stay or are cancelled */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: { "start": string; "end": string; "reservations"?: "keep" | "cancel"; };
      body: undefined;
      answer: {
        readonly "slots": readonly ({
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          readonly "capacity": number;
          readonly "remaining": number;
          readonly "is_available": boolean;
          /** Moves whenever what can be reserved changes */
          readonly "version": number;
          /** `null` when it is free */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
        })[];
        readonly "kept": readonly ({
          readonly "reservation_id": number;
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          readonly "client_id": number;
          readonly "quantity": number;
          readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          /** UTC, to the second */
          readonly "created_at": string;
          /** UTC, to the second */
          readonly "expires_at": string;
          readonly "confirmed_at": string | null;
          /** Of one unit when it was held; `null` when that was free. Pax types have their own */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
          /** What is reserved; only of a supplier's slot */
          readonly "name"?: string;
          readonly "pax"?: readonly ({
            readonly "type": string;
            readonly "name": string;
            readonly "quantity": number;
            readonly "price": {
              readonly "amount": number;
              readonly "currency": string;
            };
          })[];
        })[];
        readonly "cancelled": readonly ({
          readonly "reservation_id": number;
          readonly "slot_id": number;
          readonly "provider_id": number | null;
          readonly "client_id": number;
          readonly "quantity": number;
          readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
          /** UTC, to the second */
          readonly "start_time": string;
          /** UTC, to the second */
          readonly "end_time": string;
          /** UTC, to the second */
          readonly "created_at": string;
          /** UTC, to the second */
          readonly "expires_at": string;
          readonly "confirmed_at": string | null;
          /** Of one unit when it was held; `null` when that was free. Pax types have their own */
          readonly "price": {
            /** What one unit costs; an exact decimal with 4 decimals at most */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          } | null;
          /** What is reserved; only of a supplier's slot */
          readonly "name"?: string;
          readonly "pax"?: readonly ({
            readonly "type": string;
            readonly "name": string;
            readonly "quantity": number;
            readonly "price": {
              readonly "amount": number;
              readonly "currency": string;
            };
          })[];
        })[];
      };
    };
    /** Cancel a booking */
    "/api/bookings/{id}": {
      path: { "id": number; };
      query: { "client_id"?: number; };
      body: undefined;
      answer: undefined;
    };
  };
}
