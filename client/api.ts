// Types of requests and answers, by method and path. Generated from the routes by `npm run openapi`; do not edit.
// One file, however long, because it is read by looking up a path.

export interface HealthStatus {
  /** `alive`: the process answers. `ready`: it also reaches its database and is not stopping. */
  readonly "status": "alive" | "ready";
}

export interface LoggedState {
  /** The vehicle's id. */
  readonly "vehicle_id": number;
  /** The state, in the words of whoever logged it. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface Problem {
  /** Stable identifier of the failure: `urn:holdfast:problem:` and its name. */
  readonly "type": string;
  /** Short summary, the same for every occurrence of the type. */
  readonly "title": string;
  /** The HTTP status. */
  readonly "status": number;
  /** Sentence for a person: what went wrong and, where possible, what to do. */
  readonly "detail": string;
  /** Identifies this occurrence: `urn:uuid:` and the `x-request-id` of the answer, which the log contains. */
  readonly "instance": string;
  /** The invalid fields. Only on 400. */
  readonly "errors"?: readonly ({
    /** JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
    readonly "path": string;
    /** What is wrong with that field. */
    readonly "message": string;
  })[];
}

export interface StateLog {
  /** The state, in the words of whoever logged it. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
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

export interface Api {
  get: {
    /** Check that the process is alive */
    "/healthz": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: HealthStatus;
    };
    /** Check that the instance is ready for requests */
    "/readyz": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: HealthStatus;
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
    /** List the experiences that suppliers are configured for, by id */
    "/api/v1/experiences": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "experiences": readonly ({
          /** The supplier's product id */
          readonly "id": number;
          readonly "supplier": string;
          /** Where its days begin and its times are local */
          readonly "time_zone": string;
        })[];
      };
    };
    /** An experience's slots on one day, from memory */
    "/api/v1/experience/{id}/slots": {
      path: { "id": number; };
      query: { "date": string; };
      body: undefined;
      answer: {
        /** The supplier's product id */
        readonly "id": number;
        /** By start */
        readonly "slots": readonly ({
          /** Ours: what is reserved by */
          readonly "id": number;
          readonly "startDate": string;
          /** As clocks show it where the supplier is */
          readonly "startTime": string;
          /** As clocks show it where the supplier is */
          readonly "endTime": string;
          /** The supplier's own, as it came */
          readonly "providerSlotId": string | number;
          readonly "variantId": string | number | null;
          /** What can be had now */
          readonly "remaining": number;
          /** ISO 4217 */
          readonly "currencyCode": string;
          readonly "price": {
            /** An exact decimal */
            readonly "finalPrice": number;
            /** An exact decimal */
            readonly "originalPrice": number;
            /** ISO 4217 */
            readonly "currencyCode": string;
          };
          /** In the supplier's order */
          readonly "paxAvailability": readonly ({
            readonly "type": string;
            readonly "name": string;
            readonly "description": string;
            readonly "isPrimary": boolean;
            /** How many of it one reservation must have */
            readonly "min": number;
            /** How many of it one reservation may have */
            readonly "max": number;
            /** What can be had now */
            readonly "remaining": number;
            readonly "price": {
              /** An exact decimal */
              readonly "finalPrice": number;
              /** An exact decimal */
              readonly "originalPrice": number;
              /** An exact decimal */
              readonly "discount": number;
              /** ISO 4217 */
              readonly "currencyCode": string;
            };
          })[];
        })[];
      };
    };
    /** The days of the next two months on which an experience can be had, from memory */
    "/api/v1/experience/{id}/dates": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        /** Ascending; only days on which something can be had, with the lowest primary price of what can */
        readonly "dates": readonly ({
          readonly "date": string;
          readonly "price": {
            /** An exact decimal */
            readonly "finalPrice": number;
            /** An exact decimal */
            readonly "originalPrice": number;
            /** ISO 4217 */
            readonly "currencyCode": string;
          };
        })[];
      };
    };
    /** All items that can be had now, from memory */
    "/api/items": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        /** By start; only what can be had */
        readonly "items": readonly ({
          /** Ours: what is booked by */
          readonly "item_id": number;
          readonly "name": string | null;
          /** UTC */
          readonly "starts_at": string;
          /** UTC */
          readonly "ends_at": string;
          /** What can be had now */
          readonly "remaining": number;
          readonly "price": {
            /** An exact decimal */
            readonly "amount": number;
            /** ISO 4217 */
            readonly "currency": string;
          };
        })[];
        readonly "observed_at": string | null;
        readonly "next_pull_at": string | null;
      };
    };
    /** When the items were fetched last, and when they may be the next time */
    "/api/status": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "lastFetchedTime": string | null;
        readonly "nextFetchTime": string | null;
      };
    };
    /** List a client's bookings of items by id */
    "/api/bookings": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "client_id": number; };
      body: undefined;
      answer: {
        readonly "bookings": readonly ({
          /** Also the id of its reservation, under /api/v1/reservations */
          readonly "booking_id": number;
          readonly "item_id": number;
          readonly "client_id": number;
          readonly "quantity": number;
          /** `confirmed` when the supplier holds it; `conflict` when the supplier does not have it */
          readonly "status": "pending" | "confirmed" | "conflict" | "cancelled";
          /** What one cost when it was booked */
          readonly "price": {
            readonly "amount": number;
            readonly "currency": string;
          } | null;
          /** UTC, to the second */
          readonly "created_at": string;
          /** Why it is in conflict */
          readonly "reason"?: string;
        })[];
        /** `null` on the last page */
        readonly "next_cursor": string | null;
      };
    };
    /** How far the sync of each supplier is, and when it may go on */
    "/api/v1/sync/status": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "status": "running" | "paused";
        /** UTC */
        readonly "now": string;
        readonly "suppliers": readonly ({
          readonly "id": string;
          readonly "status": "running" | "paused";
          readonly "pull_limits": readonly (string)[];
          /** Under the limit that is nearest to being used up */
          readonly "pulls_in_window": number;
          /** Under each of `pull_limits` */
          readonly "pulls_in_windows": readonly (number)[];
          readonly "next_pull_at": string | null;
          /** Parts that are older than asked, or not known at all */
          readonly "backlog": number;
          /** Parts that are as young as asked */
          readonly "done": number;
          readonly "total": number;
          readonly "last_pull_at": string | null;
          readonly "last_error": string | null;
          readonly "last_error_at": string | null;
          readonly "oldest_observed_at": string | null;
          readonly "write_backs": {
            /** Bookings and cancellations the supplier is yet to be told of */
            readonly "waiting": number;
            /** Those that failed too often; `resume` tries them again */
            readonly "parked": number;
            readonly "reason": string | null;
          };
        })[];
        /** Suppliers that are not configured any more, and have to be told */
        readonly "removed": readonly ({
          readonly "id": string;
          /** Bookings and cancellations that it was never told of */
          readonly "untold": number;
        })[];
      };
    };
    /** Say hello */
    "/test": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: {
        readonly "hello": string;
      };
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
    /** Book an item; the supplier is told at once */
    "/api/bookings": {
      path: undefined;
      query: undefined;
      body: {
        readonly "client_id": number;
        readonly "item_id": number;
        /** 1 unless told */
        readonly "quantity"?: number;
      };
      answer: {
        /** Also the id of its reservation, under /api/v1/reservations */
        readonly "booking_id": number;
        readonly "item_id": number;
        readonly "client_id": number;
        readonly "quantity": number;
        /** `confirmed` when the supplier holds it; `conflict` when the supplier does not have it */
        readonly "status": "pending" | "confirmed" | "conflict" | "cancelled";
        /** What one cost when it was booked */
        readonly "price": {
          readonly "amount": number;
          readonly "currency": string;
        } | null;
        /** UTC, to the second */
        readonly "created_at": string;
        /** Why it is in conflict */
        readonly "reason"?: string;
      };
    };
    /** Stop pulling, on all instances and until it is resumed; no pull starts after the answer */
    "/api/v1/sync/pause": {
      path: undefined;
      query: { "supplier"?: string; };
      body: undefined;
      answer: {
        readonly "status": "running" | "paused";
        readonly "suppliers": readonly ({
          readonly "id": string;
          readonly "status": "running" | "paused";
        })[];
      };
    };
    /** Go on pulling, and try again to tell suppliers what they could not be told */
    "/api/v1/sync/resume": {
      path: undefined;
      query: { "supplier"?: string; };
      body: undefined;
      answer: {
        readonly "status": "running" | "paused";
        readonly "suppliers": readonly ({
          readonly "id": string;
          readonly "status": "running" | "paused";
        })[];
      };
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
    /** Cancel a booking; the supplier is told at once */
    "/api/bookings/{id}": {
      path: { "id": number; };
      query: { "client_id"?: number; };
      body: undefined;
      answer: undefined;
    };
  };
}
