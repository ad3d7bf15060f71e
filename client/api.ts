// Types of requests and answers, by method and path. Generated from the routes by `npm run openapi`; do not edit.
// One file, however long, because it is read by looking up a path.

export interface Actor {
  /** What the principal may do. */
  readonly "role": "operator" | "service" | "viewer" | "provider" | "client" | "reseller" | "monitor";
  /** The id of the provider or client that it stands for, the name of the reseller, or `null`. */
  readonly "subject": number | string | null;
  /** The key's id. */
  readonly "key_id": string | null;
}

export interface AvailableTimeslots {
  /** The timeslots, by start. */
  readonly "available timeslots": readonly (Timeslot)[];
}

export interface BookItemRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
  /** The item's id, as `GET /api/items` returns it. */
  readonly "item_id": number;
  /** Units to book. Defaults to 1. */
  readonly "quantity"?: number;
}

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
  /** The price of one unit at the time of booking. */
  readonly "price": BookingPrice | null;
  /** When it was booked, UTC, to the second. */
  readonly "created_at": string;
  /** Why the booking is in conflict. Only in conflicts. */
  readonly "reason"?: string;
}

export interface BookingEvent {
  /** Name of the event. */
  readonly "event": "booking";
  readonly "data": BookingEventData;
}

export interface BookingEventData {
  /** The reservation's id. */
  readonly "reservation_id": number;
  /** The slot's id. */
  readonly "slot_id": number;
  /** The provider's id; `null` for a slot of a supplier. */
  readonly "provider_id": number | null;
  /** The supplier's id. */
  readonly "supplier_id": string;
  /** The desired state at the supplier. */
  readonly "desired_state": "booked" | "cancelled";
  /** Progress of the write-back. */
  readonly "state": "waiting" | "done" | "refused" | "parked";
  /** What the supplier decided, as webhooks name it. */
  readonly "type"?: "booking.accepted" | "booking.refused" | "booking.cancelled";
}

export interface BookingPage {
  /** The bookings of this page, by id. */
  readonly "bookings": readonly (Booking)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface BookingPrice {
  /** Exact decimal. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
}

export interface BulkChangeEvent {
  /** Name of the event. */
  readonly "event": "many";
  readonly "data": BulkChangeEventData;
}

export interface BulkChangeEventData {
  /** The topic of the changes. */
  readonly "topic": "slots" | "reservations" | "bookings" | "sync" | "freshness";
}

export interface CancelReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
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
  /** When its personal data were erased; UTC, to the second. Its name is a placeholder since then. */
  readonly "erased_at": string | null;
}

export interface ClientErasure {
  /** The client's id. */
  readonly "client_id": number;
  /** When the personal data were erased; UTC, to the second. */
  readonly "erased_at": string;
  readonly "removed": RemovedData;
}

export interface ClientExport {
  /** When this was read; UTC, to the second. */
  readonly "exported_at": string;
  readonly "client": Client;
  /** The report of its erasure; `null` if it was not erased. */
  readonly "erasure": ClientErasure | null;
  /** All its reservations by id, item bookings included. */
  readonly "reservations": readonly (Reservation & {
    /** Every change, oldest first. */
    readonly "history": readonly (ReservationHistoryEntry)[];
  })[];
  /** Its keys, without their secrets. */
  readonly "keys": readonly (Key)[];
  /** The orders of its reservations, by id. */
  readonly "orders": readonly (Order)[];
}

export type ClientHasReservationsProblem = Problem & {
  /** The confirmed reservations that have not ended, at most 100. */
  readonly "reservation_ids"?: readonly (undefined)[];
};

export interface ClientPage {
  /** The clients of this page, by id. */
  readonly "clients": readonly (Client)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface ConfirmReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
}

export interface ConfirmTimeslotReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
  /** The reservation's id. */
  readonly "reservation_id": number;
}

export interface ConfirmedReservation {
  readonly "Reservation is confirmed": FixedReservation;
}

export interface CreateClientRequest {
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
}

export interface CreateKeyRequest {
  /** What the key is for. */
  readonly "name": string;
  /** What the principal may do. */
  readonly "role": "operator" | "service" | "viewer" | "provider" | "client" | "reseller" | "monitor";
  /** The id of the provider or client, or the name of the reseller. Other roles have none. */
  readonly "subject"?: number | string | null;
  /** When the key ends. Without it, it does not. */
  readonly "expires_at"?: string | null;
}

export interface CreateOrderRequest {
  /** Name of the customer. */
  readonly "customer": string;
  /** Currency of all amounts, as an ISO 4217 code. */
  readonly "currency": string;
  /** The lines of the order, in the sequence in which they are kept. */
  readonly "lines": readonly (NewOrderLine)[];
}

export interface CreateProviderRequest {
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
  /** IANA time zone of the provider's times that have no offset. Defaults to UTC. */
  readonly "time_zone"?: string;
}

export interface CreateReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
  /** The slot's id. */
  readonly "slot_id": number;
  /** Number of units. Defaults to 1, or to the sum of `pax`. */
  readonly "quantity"?: number;
  /** Units by pax type, if the slot has types. Defaults to all units being of the primary type. A reservation has from `min` to `max` units of each type it names, and at least `min` of the primary type. */
  readonly "pax"?: readonly (RequestedPax)[];
  /** The slot's `version` that you decided by. If it has changed, the answer is 409. */
  readonly "version"?: number;
}

export interface CreateStateLogRequest {
  /** The new state. */
  readonly "state": string;
  /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.f]]` with one to nine decimals, cut to microseconds, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Letters may be lower-case. Without an offset the time is UTC. */
  readonly "timestamp": string;
}

export interface CreateVehicleRequest {
  /** The manufacturer. */
  readonly "make": string;
  /** The model. */
  readonly "model": string;
  /** Its first state. */
  readonly "state"?: string;
  /** When that state began; defaults to now. `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.f]]` with one to nine decimals, cut to microseconds, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Letters may be lower-case. Without an offset the time is UTC. */
  readonly "timestamp"?: string;
}

export interface CreateWebhookRequest {
  /** The receiver of the events: an `https` URL of at most 2,000 characters, without credentials and without a fragment, that leads to a public address. `WEBHOOK_ALLOW` permits other addresses, and plain `http` to them. */
  readonly "url": string;
  /** Types of events and prefixes, such as `reservation.*`. Defaults to all, which `null` says too. */
  readonly "events"?: readonly ("reservation.held" | "reservation.confirmed" | "reservation.cancelled" | "reservation.expired" | "reservation.rescheduled" | "reservation.extended" | "reservation.changed" | "reservation.conflict" | "group.held" | "group.confirmed" | "group.cancelled" | "group.expired" | "waiting.offered" | "waiting.expired" | "booking.accepted" | "booking.refused" | "booking.cancelled" | "availability.offered" | "availability.withdrawn" | "order.created" | "order.changed" | "order.cancelled" | "vehicle.state_logged" | "supplier.paused" | "supplier.resumed" | "supplier.failing" | "supplier.recovered" | "webhook.test" | "reservation.*" | "group.*" | "waiting.*" | "booking.*" | "availability.*" | "order.*" | "vehicle.*" | "supplier.*" | "webhook.*")[] | null;
  /** The purpose of the webhook. */
  readonly "description"?: string | null;
  /** The provider it belongs to: it receives only what concerns that provider. A provider may leave it out: it is its own. For others the default is none, and the webhook receives the events of everyone. */
  readonly "provider_id"?: number | null;
}

export interface CurrentVehicle {
  /** The vehicle's id. */
  readonly "id": number;
  /** The manufacturer. */
  readonly "make": string;
  /** The model. */
  readonly "model": string;
  /** The present state; `null` before the first log. */
  readonly "state": string | null;
  /** When the present state was logged to begin; UTC, to the microsecond. */
  readonly "since": string | null;
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
  /** The supplier's own id of the variant, unchanged. */
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

export interface ExtendReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
}

export interface FetchStatus {
  /** The time as of which the oldest data is true; `null` before the first pull. */
  readonly "lastFetchedTime": string | null;
  /** When the next pull is allowed; `null` while all suppliers are paused. */
  readonly "nextFetchTime": string | null;
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
  readonly "data": FreshnessEventData;
}

export interface FreshnessEventData {
  /** Every view of the instance. */
  readonly "views": readonly (ViewStatistics)[];
}

export interface GetVehicleStatesRequest {
  /** The vehicles and moments to look up. */
  readonly "pairs": readonly (VehicleMoment)[];
}

export interface HealthStatus {
  /** The process answers. */
  readonly "status": "alive";
}

export interface InvalidField {
  /** JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`. */
  readonly "path": string;
  /** What is wrong with that field. */
  readonly "message": string;
}

export interface Item {
  /** The item's id, for bookings. */
  readonly "item_id": number;
  /** The item's name. */
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
  /** The time as of which the oldest supplier's data is true. */
  readonly "observed_at": string | null;
  /** When the next pull is allowed; `null` while all suppliers are paused. */
  readonly "next_pull_at": string | null;
}

export interface ItemPrice {
  /** Exact decimal. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
}

export type ItemSoldOutProblem = Problem & {
  /** With `item-sold-out`: number of units that are still free. */
  readonly "remaining"?: number;
};

export interface Key {
  /** The key's id. */
  readonly "key_id": string;
  /** What the key is for. */
  readonly "name": string;
  /** What the principal may do. */
  readonly "role": "operator" | "service" | "viewer" | "provider" | "client" | "reseller" | "monitor";
  /** The id of the provider or client that it stands for, the name of the reseller, or `null`. */
  readonly "subject": number | string | null;
  /** When it was created. */
  readonly "created_at": string;
  /** When it ends; `null` if it does not. */
  readonly "expires_at": string | null;
  /** Its last use, to the minute; `null` before the first. */
  readonly "last_used_at": string | null;
  /** When it was revoked; `null` if it was not. */
  readonly "revoked_at": string | null;
}

export interface KeyList {
  /** The keys of this page, oldest first. Ended ones are among them. */
  readonly "keys": readonly (Key)[];
  /** The cursor of the next page; `null` on the last. */
  readonly "next_cursor": string | null;
}

export interface LoggedState {
  /** The vehicle's id. */
  readonly "vehicle_id": number;
  /** The state, as it was logged. */
  readonly "state": string;
  /** When the state began; UTC, to the microsecond. */
  readonly "timestamp": string;
}

export interface NewKey {
  /** The key's id. */
  readonly "key_id": string;
  /** The key itself. It is shown this once; a repetition under the same Idempotency-Key leaves it out. */
  readonly "key"?: string;
  /** What the key is for. */
  readonly "name": string;
  /** What the principal may do. */
  readonly "role": "operator" | "service" | "viewer" | "provider" | "client" | "reseller" | "monitor";
  /** The id of the provider or client that it stands for, the name of the reseller, or `null`. */
  readonly "subject": number | string | null;
  /** When it was created. */
  readonly "created_at": string;
  /** When it ends; `null` if it does not. */
  readonly "expires_at": string | null;
}

export interface NewOrderLine {
  /** What is sold. */
  readonly "description": string;
  /** Number of units. */
  readonly "quantity": number;
  /** Price of a unit, an exact decimal with at most 4 decimals. */
  readonly "unit_price": number;
  /** Fraction of the price that is taken off: 0.15 is 15 %. An exact decimal with at most 4 decimals. Defaults to 0. */
  readonly "discount"?: number;
}

export interface NewWebhook {
  /** The webhook's id. */
  readonly "webhook_id": number;
  /** The receiver of the events. */
  readonly "url": string;
  /** The types of events and the prefixes it receives. By default these are all types that there are. */
  readonly "events": readonly (string)[];
  /** The purpose of the webhook. */
  readonly "description": string | null;
  /** The provider it belongs to; `null` if it receives the events of everyone. */
  readonly "provider_id": number | null;
  /** Nothing but tests is sent to a disabled webhook. */
  readonly "status": "active" | "disabled";
  /** The reason why it is disabled; `null` while it is active. */
  readonly "disabled_reason": string | null;
  /** The fifth failure in a row; `null` while the webhook does not fail. */
  readonly "failing_since": string | null;
  /** The time of its creation. */
  readonly "created_at": string;
  /** The key that signs each request. A repetition under the same Idempotency-Key leaves it out. */
  readonly "secret"?: string;
}

export interface OfferAvailabilityRequest {
  /** The time to offer. Each range is a whole number of slots, and at most 31 days long. */
  readonly "ranges": readonly (TimeRange)[];
  /** A slot that touches a break is not offered. */
  readonly "breaks"?: readonly (TimeRange)[];
  /** Length of a slot in minutes. Defaults to `SLOT_LENGTH` of the server. */
  readonly "slot_minutes"?: number;
  /** Number of units of each slot. Defaults to 1. */
  readonly "capacity"?: number;
  readonly "price"?: OfferedPrice;
  /** Repeats each range weekly at the same wall-clock time, as long as it starts on this day or before, in the provider's time zone. Breaks repeat with the ranges. */
  readonly "repeat_weekly_until"?: string;
}

export interface OfferTimeslotsRequest {
  /** The provider's id. A provider may leave it out: it is its own. Others must give it. */
  readonly "provider_id"?: number;
  /** The start. Without an offset or `Z`, it is in the provider's time zone. */
  readonly "start_time": string;
  /** The end. Without an offset or `Z`, it is in the provider's time zone. */
  readonly "end_time": string;
}

export interface OfferedPrice {
  /** Price of one unit; an exact decimal with no fraction of the currency's minor unit. */
  readonly "amount": number;
  /** ISO 4217 code. */
  readonly "currency": string;
}

export interface OfferedSlots {
  /** All slots of the offer by start, new and kept. */
  readonly "slots": readonly (Slot)[];
  /** Occurrences of a weekly repetition that a clock change makes impossible, by start. */
  readonly "skipped": readonly (SkippedOccurrence)[];
}

export interface OptionalDependency {
  /** `redis` is listed where REDIS_URL is set, `orders-source` where ORDERS_SOURCE_URL is. */
  readonly "name": "change-feed" | "redis" | "orders-source";
  /** Whether the instance uses it now. */
  readonly "state": "in-use" | "not-in-use";
  /** Why it is not in use. */
  readonly "reason": string | null;
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
  /** Sum of unit_price × quantity × (1 − discount) over the lines, computed exactly and rounded once, half up, to the currency's minor unit, or to the decimals of a supplier's price that is finer. An exact decimal. */
  readonly "total": number;
  /** The lines of the order, in their sequence. */
  readonly "lines": readonly (OrderLine)[];
  /** The reservation whose confirmation placed the order. Such an order follows its reservation and is cancelled with it. `null` for an order placed by itself. */
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
  /** The orders of the page, in the sequence of the list. */
  readonly "orders": readonly (Order)[];
  /** The `cursor` of the next page; `null` on the last page. */
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
  /** Sum of unit_price × quantity × (1 − discount) over the lines, computed exactly and rounded once, half up, to the currency's minor unit, or to the decimals of a supplier's price that is finer. An exact decimal. */
  readonly "total": number;
  /** The lines of the order, in their sequence. */
  readonly "lines": readonly (OrderLine)[];
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
  /** Sentence for a person: what went wrong and, where possible, what to do. */
  readonly "detail": string;
  /** Identifies this occurrence: `urn:uuid:` and the `x-request-id` of the answer, which the log contains. */
  readonly "instance": string;
  /** The fields at fault. On 400, and on 422 where single fields are. */
  readonly "errors"?: readonly (InvalidField)[];
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

export interface Readiness {
  /** The instance reaches its database and is not stopping. */
  readonly "status": "ready";
  /** Optional dependencies: the instance is ready without them. */
  readonly "dependencies": readonly (OptionalDependency)[];
}

export interface ReadyEvent {
  /** Name of the event. */
  readonly "event": "ready";
  readonly "data": ReadyEventData;
}

export type ReadyEventData = object;

export interface RegisterClientRequest {
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
}

export interface RegisterProviderRequest {
  /** The first name. */
  readonly "first_name": string;
  /** The last name. */
  readonly "last_name": string;
  /** IANA time zone of the provider's times that have no offset. Defaults to UTC. */
  readonly "time_zone"?: string;
}

export interface ReleasedTimeslots {
  /** The timeslots that became free, by start. */
  readonly "Expired reservations deleted and corresponding timeslots released": readonly (Timeslot)[];
}

export interface RemovedData {
  /** The client's own name. */
  readonly "names": number;
  /** Holds and, with `reservations=cancel`, confirmed reservations that were cancelled. */
  readonly "reservations_cancelled": number;
  /** Orders whose customer was replaced. */
  readonly "orders": number;
  /** Keys that were deleted. */
  readonly "keys": number;
  /** Answers stored under an Idempotency-Key in which the name was replaced. */
  readonly "stored_answers": number;
  /** Stored events for webhooks in which the customer was replaced. */
  readonly "webhook_events": number;
}

export interface RemovedSupplier {
  /** The supplier's former id in the configuration. */
  readonly "id": string;
  /** Bookings and cancellations that were not sent to it. */
  readonly "unsent": number;
}

export interface ReplaceOrderRequest {
  /** Name of the customer. */
  readonly "customer": string;
  /** Currency of all amounts, as an ISO 4217 code. */
  readonly "currency": string;
  /** The lines of the order, in the sequence in which they are kept. */
  readonly "lines": readonly (NewOrderLine)[];
}

export interface ReplayWebhookRequest {
  /** Events that happened at this time or later. Without an offset it is UTC. */
  readonly "since": string;
  /** Events that happened at this time or earlier. Defaults to now. Without an offset it is UTC. */
  readonly "until"?: string;
}

export interface ReplayedDeliveries {
  /** The number of deliveries that are sent again. */
  readonly "deliveries": number;
}

export interface RequestedPax {
  /** A pax type of the slot: its `type` in the product's `paxAvailability`. */
  readonly "type": string;
  /** Number of units of this type. */
  readonly "quantity": number;
}

export interface RescheduleReservationRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
  /** The slot's id. */
  readonly "slot_id": number;
  /** The slot's `version` that you decided by. If it has changed, the answer is 409. */
  readonly "version"?: number;
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
  /** Whether the supplier knows the confirmation or cancellation: `pending` until it has accepted it, `parked` when sending it has failed too often. `null` for a provider's slot, for what was never confirmed, for a conflict, and in a past state. */
  readonly "write_back": "pending" | "accepted" | "parked" | null;
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
  readonly "data": ReservationEventData;
}

export interface ReservationEventData {
  /** The reservation's id. */
  readonly "reservation_id": number;
  /** The slot's id. */
  readonly "slot_id": number;
  /** The provider's id; `null` for a slot of a supplier. */
  readonly "provider_id": number | null;
  /** The status after the change. */
  readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
  /** The change, as webhooks name it. */
  readonly "type": "reservation.held" | "reservation.confirmed" | "reservation.cancelled" | "reservation.expired" | "reservation.rescheduled" | "reservation.extended" | "reservation.changed" | "reservation.conflict";
}

export interface ReservationHistory {
  /** Every change, oldest first. */
  readonly "history": readonly (ReservationHistoryEntry)[];
}

export interface ReservationHistoryEntry {
  /** When it happened; UTC, with six decimals. */
  readonly "at": string;
  /** A `held` reservation expires unless it is confirmed. `conflict` means that the supplier does not have the units. */
  readonly "status": "held" | "confirmed" | "cancelled" | "expired" | "conflict";
  /** The slot's id. */
  readonly "slot_id": number;
  /** Number of units from then on. */
  readonly "quantity": number;
  /** Expiry of the hold from then on; UTC, to the second. */
  readonly "expires_at": string;
  /** The principal that made the change; `null` for an expiry or a refusal, and with `AUTH=off`. */
  readonly "by": Actor | null;
}

export interface ReservationPage {
  /** The reservations of this page, by id. */
  readonly "reservations": readonly (Reservation)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export interface ReserveTimeslotRequest {
  /** The client's id. A client may leave it out: it is its own. Others must give it. */
  readonly "client_id"?: number;
  /** The timeslot's id. */
  readonly "timeslot_id": number;
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
  readonly "data": ResetEventData;
}

export type ResetEventData = object;

export interface RotateKeyRequest {
  /** How long the old key still works, in seconds. Defaults to 86400 (24 hours). */
  readonly "overlap_seconds"?: number;
}

export interface RotatedSecret {
  /** The new secret. A repetition under the same Idempotency-Key leaves it out. */
  readonly "secret"?: string;
}

export interface ScheduledReservation {
  readonly "Reservation scheduled": FixedReservation;
}

export interface SignInRequest {
  /** A key, or the bootstrap operator key. */
  readonly "key": string;
}

export interface SkippedOccurrence {
  /** JSON pointer to the range in the request. */
  readonly "path": string;
  /** When it would start; wall-clock time in the provider's zone. */
  readonly "start_time": string;
  /** When it would end; wall-clock time in the provider's zone. */
  readonly "end_time": string;
  /** `skipped-time`: a clock change skips its start or end. `repeated-time`: its start or end occurs twice. `not-whole-slots`: a clock change within it makes it longer or shorter than a whole number of slots. */
  readonly "reason": "skipped-time" | "repeated-time" | "not-whole-slots";
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
  readonly "data": SlotEventData;
}

export interface SlotEventData {
  /** The slot's id. */
  readonly "slot_id": number;
  /** The provider's id; `null` for a slot of a supplier. */
  readonly "provider_id": number | null;
}

export interface SlotPage {
  /** The slots of this page, by start. */
  readonly "slots": readonly (Slot)[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly "next_cursor": string | null;
}

export type SlotTakenProblem = Problem & {
  /** With `slot-taken`: number of units that are still free. */
  readonly "remaining"?: number;
};

export interface StateLog {
  /** The state, as it was logged. */
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
  /** When the limits allow the next pull; now if they allow it already, `null` while paused. */
  readonly "next_pull_at": string | null;
  /** Partitions that are past their target age or were never pulled. A partition is what one pull reads. */
  readonly "backlog": number;
  /** Partitions within their target age. */
  readonly "done": number;
  /** All partitions that the configuration requires. */
  readonly "total": number;
  /** When the last pull was reserved. */
  readonly "last_pull_at": string | null;
  /** The last failure, with the name of its partition. */
  readonly "last_error": string | null;
  /** When the last failure happened. */
  readonly "last_error_at": string | null;
  /** The time as of which the oldest partition is true; `null` if none was ever pulled. */
  readonly "oldest_observed_at": string | null;
  readonly "write_backs": WriteBackCounts;
}

export interface SupplierSyncState {
  /** The supplier's id in the configuration. */
  readonly "id": string;
  /** Whether the supplier is pulled. */
  readonly "status": "running" | "paused";
}

export interface SyncEvent {
  /** Name of the event. */
  readonly "event": "sync";
  readonly "data": SyncEventData;
}

export interface SyncEventData {
  /** The supplier's id. */
  readonly "supplier_id": string;
  /** The change, as webhooks name it. */
  readonly "type"?: "supplier.paused" | "supplier.resumed" | "supplier.failing" | "supplier.recovered";
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

export interface TimeRange {
  /** The start. Without an offset or `Z`, it is in the provider's time zone. */
  readonly "start_time": string;
  /** The end. Without an offset or `Z`, it is in the provider's time zone. */
  readonly "end_time": string;
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

export interface UpdateClientRequest {
  /** The first name. */
  readonly "first_name"?: string;
  /** The last name. */
  readonly "last_name"?: string;
}

export interface UpdateProviderRequest {
  /** The first name. */
  readonly "first_name"?: string;
  /** The last name. */
  readonly "last_name"?: string;
  /** IANA time zone of the provider's times that have no offset. Defaults to UTC. */
  readonly "time_zone"?: string;
}

export interface UpdateWebhookRequest {
  /** The receiver of the events: an `https` URL of at most 2,000 characters, without credentials and without a fragment, that leads to a public address. `WEBHOOK_ALLOW` permits other addresses, and plain `http` to them. */
  readonly "url"?: string;
  /** Types of events and prefixes, such as `reservation.*`. Defaults to all, which `null` says too. */
  readonly "events"?: readonly ("reservation.held" | "reservation.confirmed" | "reservation.cancelled" | "reservation.expired" | "reservation.rescheduled" | "reservation.extended" | "reservation.changed" | "reservation.conflict" | "group.held" | "group.confirmed" | "group.cancelled" | "group.expired" | "waiting.offered" | "waiting.expired" | "booking.accepted" | "booking.refused" | "booking.cancelled" | "availability.offered" | "availability.withdrawn" | "order.created" | "order.changed" | "order.cancelled" | "vehicle.state_logged" | "supplier.paused" | "supplier.resumed" | "supplier.failing" | "supplier.recovered" | "webhook.test" | "reservation.*" | "group.*" | "waiting.*" | "booking.*" | "availability.*" | "order.*" | "vehicle.*" | "supplier.*" | "webhook.*")[] | null;
  /** The purpose of the webhook. */
  readonly "description"?: string | null;
  /** Nothing but tests is sent to a disabled webhook. */
  readonly "status"?: "active" | "disabled";
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

export interface VehicleList {
  /** The vehicles of the page, by id. */
  readonly "vehicles": readonly (CurrentVehicle)[];
  /** The `cursor` of the next page; `null` on the last. */
  readonly "next_cursor": string | null;
}

export interface VehicleMoment {
  /** The vehicle's id. */
  readonly "vehicle_id": number;
  /** `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.f]]` with one to nine decimals, cut to microseconds, then optionally `Z`, `±HH`, `±HHMM` or `±HH:MM`. Letters may be lower-case. Without an offset the time is UTC. */
  readonly "timestamp": string;
}

export interface VehicleStateAnswer {
  /** `false` when the database was read for this answer. */
  readonly "fromCache": boolean;
  readonly "data": VehicleStateData;
}

export interface VehicleStateData {
  readonly "vehicle": VehicleInState;
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

export interface Webhook {
  /** The webhook's id. */
  readonly "webhook_id": number;
  /** The receiver of the events. */
  readonly "url": string;
  /** The types of events and the prefixes it receives. By default these are all types that there are. */
  readonly "events": readonly (string)[];
  /** The purpose of the webhook. */
  readonly "description": string | null;
  /** The provider it belongs to; `null` if it receives the events of everyone. */
  readonly "provider_id": number | null;
  /** Nothing but tests is sent to a disabled webhook. */
  readonly "status": "active" | "disabled";
  /** The reason why it is disabled; `null` while it is active. */
  readonly "disabled_reason": string | null;
  /** The fifth failure in a row; `null` while the webhook does not fail. */
  readonly "failing_since": string | null;
  /** The time of its creation. */
  readonly "created_at": string;
}

export interface WebhookDelivery {
  /** The delivery's id. */
  readonly "delivery_id": number;
  /** The event's id, the same in every attempt. */
  readonly "event_id": string;
  /** The type of the event. */
  readonly "type": string;
  /** Whether the event was delivered. A failed one is not tried again by itself. */
  readonly "status": "pending" | "delivered" | "failed";
  /** The attempts that have ended, since the last replay. */
  readonly "attempts": number;
  /** HTTP status of the last answer, if any. */
  readonly "last_status": number | null;
  /** The reason why the last attempt failed. */
  readonly "last_error": string | null;
  /** The next attempt; `null` when there is none, or while an earlier event of the same thing is pending. */
  readonly "next_attempt_at": string | null;
  /** The time of its creation. */
  readonly "created_at": string;
}

export interface WebhookDeliveryDetail {
  /** The delivery's id. */
  readonly "delivery_id": number;
  /** The event's id, the same in every attempt. */
  readonly "event_id": string;
  /** The type of the event. */
  readonly "type": string;
  /** Whether the event was delivered. A failed one is not tried again by itself. */
  readonly "status": "pending" | "delivered" | "failed";
  /** The attempts that have ended, since the last replay. */
  readonly "attempts": number;
  /** HTTP status of the last answer, if any. */
  readonly "last_status": number | null;
  /** The reason why the last attempt failed. */
  readonly "last_error": string | null;
  /** The next attempt; `null` when there is none, or while an earlier event of the same thing is pending. */
  readonly "next_attempt_at": string | null;
  /** The time of its creation. */
  readonly "created_at": string;
  readonly "body": WebhookEventBody;
  /** The beginning of the last answer's body. */
  readonly "last_answer": string | null;
}

export interface WebhookDeliveryList {
  /** The deliveries of this page, newest first. */
  readonly "deliveries": readonly (WebhookDelivery)[];
  /** The cursor of the next page; `null` on the last. */
  readonly "next_cursor": string | null;
}

export interface WebhookEventBody {
  /** The type of the event. */
  readonly "type": string;
  /** The time of the change. */
  readonly "timestamp": string;
  /** The thing that changed, as the API shows it. */
  readonly "data": object;
}

export interface WebhookList {
  /** The webhooks of this page, by id. */
  readonly "webhooks": readonly (Webhook)[];
  /** The cursor of the next page; `null` on the last. */
  readonly "next_cursor": string | null;
}

export interface WebhookSecret {
  /** The key that signs each request. */
  readonly "secret": string;
}

export interface WebhookTest {
  /** The event's id, which the header `webhook-id` has. */
  readonly "event_id": string;
}

export interface Whoami {
  /** What the principal may do. */
  readonly "role": "operator" | "service" | "viewer" | "provider" | "client" | "reseller" | "monitor";
  /** The id of the provider or client that it stands for, the name of the reseller, or `null`. */
  readonly "subject": number | string | null;
  /** The key's id. */
  readonly "key_id": string | null;
  /** When it ends; `null` if it does not. */
  readonly "expires_at": string | null;
}

export interface WithdrawnTime {
  /** The withdrawn slots, by start. */
  readonly "slots": readonly (Slot)[];
  /** Live reservations that stay, by id. */
  readonly "kept": readonly (Reservation)[];
  /** Reservations that were cancelled, by id. */
  readonly "cancelled": readonly (Reservation)[];
}

export interface WriteBackCounts {
  /** Write-backs that wait to be sent, or to be sent again. */
  readonly "waiting": number;
  /** Write-backs that failed too often or were rejected. `resume` sends them again. */
  readonly "parked": number;
  /** Why a write-back is parked or, if none is, why one waits. */
  readonly "reason": string | null;
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
      answer: Readiness;
    };
    /** Show whom the credentials stand for */
    "/api/v1/whoami": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: Whoami;
    };
    /** List keys */
    "/api/v1/keys": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: KeyList;
    };
    /** List a provider's free timeslots */
    "/client/getProviderAvailability": {
      path: undefined;
      query: { "provider_id"?: number; };
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
      query: { "cursor"?: string; "limit"?: number; "reservation_id"?: number; "customer"?: string; "status"?: "open" | "shipped" | "cancelled"; "ordered_from"?: string; "ordered_to"?: string; };
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
    /** List vehicles */
    "/vehicles": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: VehicleList;
    };
    /** Get a vehicle */
    "/vehicles/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: CurrentVehicle;
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
      query: { "cursor"?: string; "limit"?: number; "client_id"?: number; };
      body: undefined;
      answer: BookingPage;
    };
    /** Read a booking */
    "/api/bookings/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Booking;
    };
    /** Get the status of the sync */
    "/api/v1/sync/status": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: SyncStatus;
    };
    /** List webhooks */
    "/api/v1/webhooks": {
      path: undefined;
      query: { "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: WebhookList;
    };
    /** Get a webhook */
    "/api/v1/webhooks/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: Webhook;
    };
    /** Get a webhook's secret */
    "/api/v1/webhooks/{id}/secret": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: WebhookSecret;
    };
    /** List a webhook's deliveries */
    "/api/v1/webhooks/{id}/deliveries": {
      path: { "id": number; };
      query: { "status"?: "pending" | "delivered" | "failed"; "cursor"?: string; "limit"?: number; };
      body: undefined;
      answer: WebhookDeliveryList;
    };
    /** Get a webhook's delivery */
    "/api/v1/webhooks/{id}/deliveries/{delivery_id}": {
      path: { "id": number; "delivery_id": number; };
      query: undefined;
      body: undefined;
      answer: WebhookDeliveryDetail;
    };
    /** Export a client's data */
    "/api/v1/clients/{id}/export": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: ClientExport;
    };
  };
  post: {
    /** Create a key */
    "/api/v1/keys": {
      path: undefined;
      query: undefined;
      body: CreateKeyRequest;
      answer: NewKey;
    };
    /** Rotate a key */
    "/api/v1/keys/{key_id}/rotate": {
      path: { "key_id": string; };
      query: undefined;
      body: RotateKeyRequest;
      answer: NewKey;
    };
    /** Sign in with a key */
    "/api/v1/session": {
      path: undefined;
      query: undefined;
      body: SignInRequest;
      answer: undefined;
    };
    /** Create a provider */
    "/provider/create": {
      path: undefined;
      query: undefined;
      body: RegisterProviderRequest;
      answer: FixedProvider;
    };
    /** Create a client */
    "/client/create": {
      path: undefined;
      query: undefined;
      body: RegisterClientRequest;
      answer: FixedClient;
    };
    /** Offer a provider's time */
    "/provider/availability": {
      path: undefined;
      query: undefined;
      body: OfferTimeslotsRequest;
      answer: AvailableTimeslots;
    };
    /** Hold a timeslot */
    "/client/reserve": {
      path: undefined;
      query: undefined;
      body: ReserveTimeslotRequest;
      answer: ScheduledReservation;
    };
    /** Create a provider */
    "/api/v1/providers": {
      path: undefined;
      query: undefined;
      body: CreateProviderRequest;
      answer: Provider;
    };
    /** Create a client */
    "/api/v1/clients": {
      path: undefined;
      query: undefined;
      body: CreateClientRequest;
      answer: Client;
    };
    /** Offer a provider's time */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: undefined;
      body: OfferAvailabilityRequest;
      answer: OfferedSlots;
    };
    /** Hold units of a slot */
    "/api/v1/reservations": {
      path: undefined;
      query: undefined;
      body: CreateReservationRequest;
      answer: Reservation;
    };
    /** Confirm a hold */
    "/api/v1/reservations/{id}/confirm": {
      path: { "id": number; };
      query: undefined;
      body: ConfirmReservationRequest;
      answer: Reservation;
    };
    /** Cancel a reservation */
    "/api/v1/reservations/{id}/cancel": {
      path: { "id": number; };
      query: undefined;
      body: CancelReservationRequest;
      answer: Reservation;
    };
    /** Extend a hold */
    "/api/v1/reservations/{id}/extend": {
      path: { "id": number; };
      query: undefined;
      body: ExtendReservationRequest;
      answer: Reservation;
    };
    /** Move a reservation to another slot */
    "/api/v1/reservations/{id}/reschedule": {
      path: { "id": number; };
      query: undefined;
      body: RescheduleReservationRequest;
      answer: Reservation;
    };
    /** Place an order */
    "/api/v1/orders": {
      path: undefined;
      query: undefined;
      body: CreateOrderRequest;
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
      body: CreateVehicleRequest;
      answer: VehicleHistory;
    };
    /** Log a change of state */
    "/vehicles/{id}/state-logs": {
      path: { "id": number; };
      query: undefined;
      body: CreateStateLogRequest;
      answer: LoggedState;
    };
    /** Get the states of many vehicles */
    "/api/v1/vehicles/states": {
      path: undefined;
      query: undefined;
      body: GetVehicleStatesRequest;
      answer: VehicleStates;
    };
    /** Book an item */
    "/api/bookings": {
      path: undefined;
      query: undefined;
      body: BookItemRequest;
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
    /** Create a webhook */
    "/api/v1/webhooks": {
      path: undefined;
      query: undefined;
      body: CreateWebhookRequest;
      answer: NewWebhook;
    };
    /** Rotate a webhook's secret */
    "/api/v1/webhooks/{id}/rotate-secret": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: RotatedSecret;
    };
    /** Send a test event */
    "/api/v1/webhooks/{id}/test": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: WebhookTest;
    };
    /** Send a delivery again */
    "/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay": {
      path: { "id": number; "delivery_id": number; };
      query: undefined;
      body: undefined;
      answer: ReplayedDeliveries;
    };
    /** Send the deliveries of a time range again */
    "/api/v1/webhooks/{id}/replay": {
      path: { "id": number; };
      query: undefined;
      body: ReplayWebhookRequest;
      answer: ReplayedDeliveries;
    };
  };
  delete: {
    /** Revoke a key */
    "/api/v1/keys/{key_id}": {
      path: { "key_id": string; };
      query: undefined;
      body: undefined;
      answer: undefined;
    };
    /** Sign out */
    "/api/v1/session": {
      path: undefined;
      query: undefined;
      body: undefined;
      answer: undefined;
    };
    /** Erase a client */
    "/api/v1/clients/{id}": {
      path: { "id": number; };
      query: { "reservations"?: "refuse" | "cancel"; };
      body: undefined;
      answer: ClientErasure;
    };
    /** Withdraw a provider's time */
    "/api/v1/providers/{id}/availability": {
      path: { "id": number; };
      query: { "start": string; "end": string; "reservations"?: "keep" | "cancel"; };
      body: undefined;
      answer: WithdrawnTime;
    };
    /** Cancel a booking */
    "/api/bookings/{id}": {
      path: { "id": number; };
      query: { "client_id"?: number; };
      body: undefined;
      answer: undefined;
    };
    /** Delete a webhook */
    "/api/v1/webhooks/{id}": {
      path: { "id": number; };
      query: undefined;
      body: undefined;
      answer: undefined;
    };
  };
  put: {
    /** Confirm a reservation */
    "/client/confirm": {
      path: undefined;
      query: undefined;
      body: ConfirmTimeslotReservationRequest;
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
      body: ReplaceOrderRequest;
      answer: Order;
    };
  };
  patch: {
    /** Change a provider */
    "/api/v1/providers/{id}": {
      path: { "id": number; };
      query: undefined;
      body: UpdateProviderRequest;
      answer: Provider;
    };
    /** Change a client */
    "/api/v1/clients/{id}": {
      path: { "id": number; };
      query: undefined;
      body: UpdateClientRequest;
      answer: Client;
    };
    /** Change a webhook */
    "/api/v1/webhooks/{id}": {
      path: { "id": number; };
      query: undefined;
      body: UpdateWebhookRequest;
      answer: Webhook;
    };
  };
}
