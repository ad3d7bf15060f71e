// What the server takes and gives, by method and path. Written by `npm run openapi` from the routes themselves.

export interface Problem {
  /** Stable; `urn:holdfast:problem:` and the name of the failure */
  readonly "type": string;
  readonly "title": string;
  readonly "status": number;
  readonly "detail": string;
  /** The request, as it is named in the log */
  readonly "instance": string;
  readonly "errors"?: readonly ({
    readonly "path": string;
    readonly "message": string;
  })[];
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
    /** List a client's reservations by id */
    "/api/v1/reservations": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "client_id": number; };
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
    /** The state a vehicle was in at a moment */
    "/vehicles/{id}/timestamp/{timestamp}": {
      path: { "id": number; "timestamp": string; };
      query: undefined;
      body: undefined;
      answer: {
        /** `false`: the database was asked for this answer */
        readonly "fromCache": boolean;
        readonly "data": {
          readonly "vehicle": {
            readonly "id": number;
            readonly "make": string;
            readonly "model": string;
            readonly "state": string;
          };
        };
      };
    };
    /** All that is known of when a vehicle was in which state */
    "/vehicles/{id}/history": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: {
        readonly "vehicle": {
          readonly "id": number;
          readonly "make": string;
          readonly "model": string;
        };
        /** Ascending; of two at one instant the later one holds */
        readonly "history": readonly ({
          readonly "state": string;
          /** UTC, to the microsecond */
          readonly "timestamp": string;
        })[];
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
    /** Add a vehicle */
    "/vehicles": {
      path: undefined;
      query: undefined;
      body: {
        readonly "make": string;
        readonly "model": string;
        readonly "state"?: string;
        /** Since when it is in that state; now unless told. `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`; UTC unless told */
        readonly "timestamp"?: string;
      };
      answer: {
        readonly "vehicle": {
          readonly "id": number;
          readonly "make": string;
          readonly "model": string;
        };
        /** Ascending; of two at one instant the later one holds */
        readonly "history": readonly ({
          readonly "state": string;
          /** UTC, to the microsecond */
          readonly "timestamp": string;
        })[];
      };
    };
    /** Log that a vehicle is in a state since a moment */
    "/vehicles/{id}/state-logs": {
      path: { "id": number; };
      query: undefined;
      body: {
        readonly "state": string;
        /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`; UTC unless told */
        readonly "timestamp": string;
      };
      answer: {
        readonly "vehicle_id": number;
        readonly "state": string;
        /** UTC, to the microsecond */
        readonly "timestamp": string;
      };
    };
    /** The states of many vehicles, each at its moment */
    "/api/v1/vehicles/states": {
      path: undefined;
      query: undefined;
      body: {
        readonly "pairs": readonly ({
          readonly "vehicle_id": number;
          /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`; UTC unless told */
          readonly "timestamp": string;
        })[];
      };
      answer: {
        /** In the order of `pairs`: the vehicle in its state, or why there is none */
        readonly "states": readonly ({
          readonly "vehicle"?: {
            readonly "id": number;
            readonly "make": string;
            readonly "model": string;
            readonly "state": string;
          };
          readonly "problem"?: {
            readonly "type": string;
            readonly "title": string;
            readonly "status": number;
            readonly "detail": string;
          };
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
  };
}
