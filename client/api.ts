// Types of requests and answers, by method and path. Generated from the routes by `npm run openapi`; do not edit.
// One file, however long, because it is read by looking up a path.

export interface AvailableTimeslots {
  /** The timeslots, by start. */
  readonly "available timeslots": readonly (Timeslot)[];
}

export interface BookingEvent {
  /** Name of the event. */
  readonly "event": "booking";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** The reservation's id. */
    readonly "reservation_id": number;
    /** The slot's id. */
    readonly "slot_id": number;
    readonly "provider_id": number | null;
    /** The supplier's id. */
    readonly "supplier_id": string;
    /** The desired state at the supplier. */
    readonly "wanted": "booked" | "cancelled";
    /** Progress of the write-back. */
    readonly "state": "waiting" | "done" | "refused" | "parked";
  };
}

export interface BulkChangeEvent {
  /** Name of the event. */
  readonly "event": "many";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** The topic of the changes. */
    readonly "topic": "slots" | "reservations" | "bookings" | "sync" | "freshness";
  };
}

export interface Client {
  /** The client's id. */
  readonly "client_id": number;
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
  /** When it was created; UTC, to the second. */
  readonly "created_at": string;
}

export interface ClientPage {
  /** The clients of this page, by id. */
  readonly "clients": readonly (Client)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface ConfirmedReservation {
  readonly "Reservation is confirmed": FixedReservation;
}

export interface FixedClient {
  /** The client's id. */
  readonly "client_id": number;
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
}

export interface FixedProvider {
  /** The provider's id. */
  readonly "provider_id": number;
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
}

export interface FixedReservation {
  /** The reservation's id. */
  readonly "reservation_id": number;
  /** The timeslot's id. */
  readonly "timeslot_id": number;
  /** The timeslot's provider; `null` for a supplier's slot. */
  readonly "provider_id": number | null;
  /** The client's id. */
  readonly "client_id": number;
  /** When the slot starts; UTC, to the second. */
  readonly "start_time": string;
  /** When the slot ends; UTC, to the second. */
  readonly "end_time": string;
  /** When it was made; UTC, to the second. */
  readonly "created_at": string;
  /** Whether it is confirmed. */
  readonly "is_confirmed": boolean;
}

export interface FreshnessEvent {
  /** Name of the event. */
  readonly "event": "freshness";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** Every view of the instance. */
    readonly "views": readonly (ViewStatistics)[];
  };
}

export interface HealthStatus {
  /** `alive`: the process answers. `ready`: it also reaches its database and is not stopping. */
  readonly "status": "alive" | "ready";
}

export interface LoggedState {
  /** The vehicle's id. */
  readonly "vehicle_id": number;
  /** The state, as it was logged. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface OfferedSlots {
  /** All slots of the offer by start, new and kept. */
  readonly "slots": readonly (Slot)[];
}

export interface Order {
  /** The order's id. */
  readonly "order_id": number;
  /** Name of the customer. */
  readonly "customer": string;
  /** When the order was placed; UTC, to the second. */
  readonly "ordered_at": string;
  /** `open`: can be changed and cancelled. `shipped`: final, read only. `cancelled`: final, and still listed. */
  readonly "status": "open" | "shipped" | "cancelled";
  /** Currency of all amounts, as an ISO 4217 code. */
  readonly "currency": string;
  /** Sum of unit_price × quantity × (1 − discount) over the lines, computed exactly and rounded once, half up, to the currency's minor unit. An exact decimal. */
  readonly "total": number;
  /** The lines of the order, in their sequence. */
  readonly "lines": readonly (OrderLine)[];
  readonly "reservation_id": number | null;
}

export interface OrderLine {
  /** What is sold. */
  readonly "description": string;
  /** Number of units. */
  readonly "quantity": number;
  /** Price of a unit, an exact decimal. */
  readonly "unit_price": number;
  /** Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal. */
  readonly "discount": number;
}

export interface OrderList {
  /** The orders, by ascending id. */
  readonly "orders": readonly (Order)[];
  readonly "next_cursor": string | null;
}

export interface OrderPage {
  /** The requested page. */
  readonly "page": number;
  /** Orders per page. */
  readonly "page_size": number;
  /** Number of all orders. */
  readonly "total_orders": number;
  /** Number of all pages. */
  readonly "total_pages": number;
  /** The orders of the page. Empty past the last page. */
  readonly "orders": readonly (PagedOrder)[];
}

export interface PagedOrder {
  /** The order's id. */
  readonly "order_id": number;
  /** Name of the customer. */
  readonly "customer": string;
  /** When the order was placed; UTC, to the second. */
  readonly "ordered_at": string;
  /** `open`: can be changed and cancelled. `shipped`: final, read only. `cancelled`: final, and still listed. */
  readonly "status": "open" | "shipped" | "cancelled";
  /** Currency of all amounts, as an ISO 4217 code. */
  readonly "currency": string;
  /** Sum of unit_price × quantity × (1 − discount) over the lines, computed exactly and rounded once, half up, to the currency's minor unit. An exact decimal. */
  readonly "total": number;
  /** The lines of the order, in their sequence. */
  readonly "lines": readonly (OrderLine)[];
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

export interface Provider {
  /** The provider's id. */
  readonly "provider_id": number;
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
  /** IANA time zone of the provider's times that have no offset. */
  readonly "time_zone": string;
  /** When it was created; UTC, to the second. */
  readonly "created_at": string;
}

export interface ProviderPage {
  /** The providers of this page, by id. */
  readonly "providers": readonly (Provider)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface ReadyEvent {
  /** Name of the event. */
  readonly "event": "ready";
  /** Content of the `data` line, as JSON. */
  readonly "data": object;
}

export interface ReleasedTimeslots {
  /** The timeslots that became free, by start. */
  readonly "Expired reservations deleted and corresponding timeslots released": readonly (Timeslot)[];
}

export interface Reservation {
  /** The reservation's id. */
  readonly "reservation_id": number;
  /** The slot's id. */
  readonly "slot_id": number;
  /** The slot's provider; `null` for a supplier's slot. */
  readonly "provider_id": number | null;
  /** The client's id. */
  readonly "client_id": number;
  /** Number of units. */
  readonly "quantity": number;
  /** A `held` reservation expires unless it is confirmed. `conflict` means that the supplier does not have the units. */
  readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
  /** When the slot starts; UTC, to the second. */
  readonly "start_time": string;
  /** When the slot ends; UTC, to the second. */
  readonly "end_time": string;
  /** When it was made; UTC, to the second. */
  readonly "created_at": string;
  /** When the hold expires or would have expired; UTC, to the second. */
  readonly "expires_at": string;
  /** When it was confirmed; UTC, to the second. `null` if it never was. */
  readonly "confirmed_at": string | null;
  /** Price of one unit when it was held; `null` when it was free. Pax types have their own prices. */
  readonly "price": UnitPrice | null;
  /** The product's name; only with a supplier's slot. */
  readonly "name"?: string;
  /** The pax types; only with a slot that has some. */
  readonly "pax"?: readonly (ReservedPax)[];
}

export interface ReservationEvent {
  /** Name of the event. */
  readonly "event": "reservation";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** The reservation's id. */
    readonly "reservation_id": number;
    /** The slot's id. */
    readonly "slot_id": number;
    readonly "provider_id": number | null;
    /** The status after the change. */
    readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
  };
}

export interface ReservationHistory {
  /** Every change, oldest first. */
  readonly "history": readonly (ReservationHistoryEntry)[];
}

export interface ReservationHistoryEntry {
  /** When it happened; UTC, to the microsecond. */
  readonly "at": string;
  /** A `held` reservation expires unless it is confirmed. `conflict` means that the supplier does not have the units. */
  readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
  /** The slot's id. */
  readonly "slot_id": number;
  /** Number of units from then on. */
  readonly "quantity": number;
  /** Expiry of the hold from then on; UTC, to the second. */
  readonly "expires_at": string;
}

export interface ReservationPage {
  /** The reservations of this page, by id. */
  readonly "reservations": readonly (Reservation)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface ReservedPax {
  /** Identifies the pax type within its slot. */
  readonly "type": string;
  /** The name to show. */
  readonly "name": string;
  /** Number of units of this type. */
  readonly "quantity": number;
  readonly "price": UnitPrice;
}

export interface ResetEvent {
  /** Name of the event. */
  readonly "event": "reset";
  /** Content of the `data` line, as JSON. */
  readonly "data": object;
}

export interface ScheduledReservation {
  readonly "Reservation scheduled": FixedReservation;
}

export interface Slot {
  /** The slot's id. */
  readonly "slot_id": number;
  /** The slot's provider; `null` for a supplier's slot. */
  readonly "provider_id": number | null;
  /** When the slot starts; UTC, to the second. */
  readonly "start_time": string;
  /** When the slot ends; UTC, to the second. */
  readonly "end_time": string;
  /** Number of units. */
  readonly "capacity": number;
  /** Number of free units; 0 when the slot is closed. */
  readonly "remaining": number;
  /** Whether a unit is free. */
  readonly "is_available": boolean;
  /** Increases whenever what can be reserved changes. */
  readonly "version": number;
  /** Price of one unit; `null` when units are free. */
  readonly "price": UnitPrice | null;
}

export interface SlotEvent {
  /** Name of the event. */
  readonly "event": "slot";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** The slot's id. */
    readonly "slot_id": number;
    readonly "provider_id": number | null;
  };
}

export interface SlotPage {
  /** The slots of this page, by start. */
  readonly "slots": readonly (Slot)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface StateLog {
  /** The state, as it was logged. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface SyncEvent {
  /** Name of the event. */
  readonly "event": "sync";
  /** Content of the `data` line, as JSON. */
  readonly "data": {
    /** The supplier's id. */
    readonly "supplier_id": string;
  };
}

export interface Timeslot {
  /** The timeslot's id. */
  readonly "timeslot_id": number;
  /** The provider's id. */
  readonly "provider_id": number;
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
  /** When the slot starts; UTC, to the second. */
  readonly "start_time": string;
  /** When the slot ends; UTC, to the second. */
  readonly "end_time": string;
  /** Whether it can be reserved. */
  readonly "is_available": boolean;
}

export interface UnitPrice {
  /** Price of one unit; an exact decimal. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
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
  /** The state, as it was logged. */
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

export interface VehicleStateResult {
  readonly "vehicle"?: VehicleInState;
  readonly "problem"?: VehicleStateProblem;
}

export interface VehicleStates {
  /** One result per pair, in the sequence of the pairs. */
  readonly "states": readonly (VehicleStateResult)[];
}

export interface ViewStatistics {
  /** Name of the view. */
  readonly "view": string;
  /** Staleness bound, in seconds. */
  readonly "bound_seconds": number;
  /** Reads that memory answered. */
  readonly "hits": number;
  /** Reads that memory could not answer. */
  readonly "misses": number;
  /** Reads that joined a load in progress. */
  readonly "waits": number;
  /** Values that another instance had loaded. */
  readonly "remote_hits": number;
  /** Loads from the database. */
  readonly "loads": number;
  /** Total duration of the loads, in seconds. */
  readonly "load_seconds": number;
  /** Entries whose changed parts were read instead of the whole value. */
  readonly "patches": number;
  /** Answers that were served because the database failed. */
  readonly "stale": number;
  /** Sum of the ages of all hits, in seconds. */
  readonly "age_at_serve_seconds": number;
  /** Greatest age of a hit, in seconds. */
  readonly "greatest_age_seconds": number;
}

export interface WithdrawnTime {
  /** The withdrawn slots, by start. */
  readonly "slots": readonly (Slot)[];
  /** Live reservations that stay, by id. */
  readonly "kept": readonly (Reservation)[];
  /** Reservations that were cancelled, by id. */
  readonly "cancelled": readonly (Reservation)[];
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
    /** List a provider's free timeslots */
    "/client/getProviderAvailability": {
      path: undefined;
      query: { "provider_id": number; };
      body: undefined;
      answer: AvailableTimeslots;
    };
    /** List providers */
    "/api/v1/providers": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: ProviderPage;
    };
    /** Get a provider */
    "/api/v1/providers/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Provider;
    };
    /** List clients */
    "/api/v1/clients": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: ClientPage;
    };
    /** Get a client */
    "/api/v1/clients/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Client;
    };
    /** List slots */
    "/api/v1/slots": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "provider_id"?: number; "from"?: string; "to"?: string; "available"?: "true" | "false"; };
      body: undefined;
      answer: SlotPage;
    };
    /** Get a slot */
    "/api/v1/slots/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Slot;
    };
    /** List reservations */
    "/api/v1/reservations": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "client_id"?: number; "provider_id"?: number; "from"?: string; "to"?: string; "live"?: "true" | "false"; };
      body: undefined;
      answer: ReservationPage;
    };
    /** Get a reservation */
    "/api/v1/reservations/{id}": {
      path: { "id": number; };
      query: { "at"?: string; };
      body: undefined;
      answer: Reservation;
    };
    /** Get a reservation's history */
    "/api/v1/reservations/{id}/history": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: ReservationHistory;
    };
    /** Get a page of orders */
    "/orders/{page}": {
      path: { "page": number; };
      query: undefined;
      body: undefined;
      answer: OrderPage;
    };
    /** List orders */
    "/api/v1/orders": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; "reservation_id"?: number; };
      body: undefined;
      answer: OrderList;
    };
    /** Get an order */
    "/api/v1/orders/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Order;
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
        /** The first name. */
        readonly "first_name": string;
        /** The last name. */
        readonly "last_name": string;
        /** IANA time zone of the provider's times that have no offset. Defaults to UTC. */
        readonly "time_zone"?: string;
      };
      answer: FixedProvider;
    };
    /** Create a client */
    "/client/create": {
      path: undefined;
      query: undefined;
      body: {
        /** The first name. */
        readonly "first_name": string;
        /** The last name. */
        readonly "last_name": string;
      };
      answer: FixedClient;
    };
    /** Offer a provider's time */
    "/provider/availability": {
      path: undefined;
      query: undefined;
      body: {
        /** The provider's id. */
        readonly "provider_id": number;
        /** The start. Without an offset or `Z`, it is in the provider's time zone. */
        readonly "start_time": string;
        /** The end. Without an offset or `Z`, it is in the provider's time zone. */
        readonly "end_time": string;
      };
      answer: AvailableTimeslots;
    };
    /** Hold a timeslot */
    "/client/reserve": {
      path: undefined;
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
        /** The timeslot's id. */
        readonly "timeslot_id": number;
      };
      answer: ScheduledReservation;
    };
    /** Create a provider */
    "/api/v1/providers": {
      path: undefined;
      query: undefined;
      body: {
        /** The first name. */
        readonly "first_name": string;
        /** The last name. */
        readonly "last_name": string;
        /** IANA time zone of the provider's times that have no offset. Defaults to UTC. */
        readonly "time_zone"?: string;
      };
      answer: Provider;
    };
    /** Create a client */
    "/api/v1/clients": {
      path: undefined;
      query: undefined;
      body: {
        /** The first name. */
        readonly "first_name": string;
        /** The last name. */
        readonly "last_name": string;
      };
      answer: Client;
    };
    /** Offer a provider's time */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The time to offer. Each range is a whole number of slots, and at most 31 days long. */
        readonly "ranges": readonly ({
          /** The start. Without an offset or `Z`, it is in the provider's time zone. */
          readonly "start_time": string;
          /** The end. Without an offset or `Z`, it is in the provider's time zone. */
          readonly "end_time": string;
        })[];
        /** A slot that touches a break is not offered. */
        readonly "breaks"?: readonly ({
          /** The start. Without an offset or `Z`, it is in the provider's time zone. */
          readonly "start_time": string;
          /** The end. Without an offset or `Z`, it is in the provider's time zone. */
          readonly "end_time": string;
        })[];
        /** Length of a slot in minutes. Defaults to `SLOT_LENGTH` of the server. */
        readonly "slot_minutes"?: number;
        /** Number of units of each slot. Defaults to 1. */
        readonly "capacity"?: number;
        /** Price of one unit. Leave it out when units are free. */
        readonly "price"?: {
          /** Price of one unit; an exact decimal with at most 4 decimals. */
          readonly "amount": number;
          /** ISO 4217 code. */
          readonly "currency": string;
        };
        /** Repeats ranges and breaks weekly at the same wall-clock time, up to this day in the provider's time zone. */
        readonly "repeat_weekly_until"?: string;
      };
      answer: OfferedSlots;
    };
    /** Hold units of a slot */
    "/api/v1/reservations": {
      path: undefined;
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
        /** The slot's id. */
        readonly "slot_id": number;
        /** Number of units. Defaults to 1, or to the sum of `pax`. */
        readonly "quantity"?: number;
        /** Units by pax type, if the slot has types. Defaults to all units being of the primary type. */
        readonly "pax"?: readonly ({
          /** A pax type of the slot: its `type` in the product's `paxAvailability`. */
          readonly "type": string;
          /** Number of units of this type. */
          readonly "quantity": number;
        })[];
        /** The slot's `version` that you decided by. If it has changed, the answer is 409. */
        readonly "version"?: number;
      };
      answer: Reservation;
    };
    /** Confirm a hold */
    "/api/v1/reservations/{id}/confirm": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
      };
      answer: Reservation;
    };
    /** Cancel a reservation */
    "/api/v1/reservations/{id}/cancel": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
      };
      answer: Reservation;
    };
    /** Extend a hold */
    "/api/v1/reservations/{id}/extend": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
      };
      answer: Reservation;
    };
    /** Move a reservation to another slot */
    "/api/v1/reservations/{id}/reschedule": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
        /** The slot's id. */
        readonly "slot_id": number;
        /** The slot's `version` that you decided by. If it has changed, the answer is 409. */
        readonly "version"?: number;
      };
      answer: Reservation;
    };
    /** Place an order */
    "/api/v1/orders": {
      path: undefined;
      query: undefined;
      body: {
        /** Name of the customer. */
        readonly "customer": string;
        /** Currency of all amounts, as an ISO 4217 code. */
        readonly "currency": string;
        /** The lines of the order, in the sequence in which they are kept. */
        readonly "lines": readonly ({
          /** What is sold. */
          readonly "description": string;
          /** Number of units. */
          readonly "quantity": number;
          /** Price of a unit, an exact decimal with at most 4 decimals. */
          readonly "unit_price": number;
          /** Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal with at most 4 decimals. Defaults to 0. */
          readonly "discount"?: number;
        })[];
      };
      answer: Order;
    };
    /** Cancel an order */
    "/api/v1/orders/{id}/cancel": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Order;
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
    /** Confirm a reservation */
    "/client/confirm": {
      path: undefined;
      query: undefined;
      body: {
        /** The client's id. */
        readonly "client_id": number;
        /** The reservation's id. */
        readonly "reservation_id": number;
      };
      answer: ConfirmedReservation;
    };
    /** End expired reservations */
    "/provider/expiredReservations": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: ReleasedTimeslots;
    };
    /** Replace the content of an order */
    "/api/v1/orders/{id}": {
      path: { "id": number; };
      query: undefined;
      body: {
        /** Name of the customer. */
        readonly "customer": string;
        /** Currency of all amounts, as an ISO 4217 code. */
        readonly "currency": string;
        /** The lines of the order, in the sequence in which they are kept. */
        readonly "lines": readonly ({
          /** What is sold. */
          readonly "description": string;
          /** Number of units. */
          readonly "quantity": number;
          /** Price of a unit, an exact decimal with at most 4 decimals. */
          readonly "unit_price": number;
          /** Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal with at most 4 decimals. Defaults to 0. */
          readonly "discount"?: number;
        })[];
      };
      answer: Order;
    };
  };
  delete: {
    /** Withdraw a provider's time */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: { "start": string; "end": string; "reservations"?: "keep" | "cancel"; };
      body: undefined;
      answer: WithdrawnTime;
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
