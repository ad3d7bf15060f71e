/** What the API answers with, as far as this page reads it. */
interface Person {
  readonly first_name: string;
  readonly last_name: string;
}
export interface Provider extends Person {
  readonly provider_id: number;
  readonly time_zone: string;
}
export interface Client extends Person {
  readonly client_id: number;
}
export interface Price {
  readonly amount: number;
  readonly currency: string;
}
export interface Slot {
  readonly slot_id: number;
  readonly provider_id: number | null;
  readonly start_time: string;
  readonly end_time: string;
  readonly capacity: number;
  readonly remaining: number;
  readonly is_available: boolean;
  readonly version: number;
  readonly price: Price | null;
}
export interface Timeslot {
  readonly timeslot_id: number;
  readonly start_time: string;
  readonly end_time: string;
}
type ReservationStatus = 'held' | 'confirmed' | 'cancelled' | 'expired' | 'conflict';
export interface Reservation {
  readonly reservation_id: number;
  readonly slot_id: number;
  readonly provider_id: number | null;
  readonly client_id: number;
  readonly quantity: number;
  readonly status: ReservationStatus;
  readonly start_time: string;
  readonly end_time: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly confirmed_at: string | null;
}
export interface HistoryEntry {
  readonly at: string;
  readonly status: ReservationStatus;
  readonly slot_id: number;
  readonly quantity: number;
  readonly expires_at: string;
}
interface OrderLine {
  readonly description: string;
  readonly quantity: number;
  readonly unit_price: number;
  readonly discount: number;
}
export interface Order {
  readonly order_id: number;
  readonly customer: string;
  readonly ordered_at: string;
  readonly status: 'open' | 'shipped' | 'cancelled';
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly OrderLine[];
}
export interface OrderPage {
  readonly page: number;
  readonly page_size: number;
  readonly total_orders: number;
  readonly total_pages: number;
  readonly orders: readonly Order[];
}
export interface Vehicle {
  readonly id: number;
  readonly make: string;
  readonly model: string;
}
export interface StateLog {
  readonly state: string;
  readonly timestamp: string;
}
export interface VehicleHistory {
  readonly vehicle: Vehicle;
  readonly history: readonly StateLog[];
}
interface ProductPrice {
  readonly finalPrice: number;
  readonly originalPrice: number;
  readonly currencyCode: string;
}
export interface Pax {
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly isPrimary: boolean;
  readonly min: number;
  readonly max: number;
  readonly remaining: number;
  readonly price: ProductPrice;
}
export interface ExperienceSlot {
  readonly id: number;
  readonly startDate: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly remaining: number;
  readonly price: ProductPrice;
  readonly paxAvailability: readonly Pax[];
}
export interface ExperienceDate {
  readonly date: string;
  readonly price: ProductPrice;
}
export interface Item {
  readonly item_id: number;
  readonly name: string | null;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly remaining: number;
  readonly price: Price | null;
}
export interface ItemList {
  readonly items: readonly Item[];
  readonly observed_at: string | null;
  readonly next_pull_at: string | null;
}
export interface Booking {
  readonly booking_id: number;
  readonly item_id: number;
  readonly quantity: number;
  readonly status: 'pending' | 'confirmed' | 'conflict' | 'cancelled';
  readonly price: Price | null;
  readonly created_at: string;
  readonly reason?: string;
}
export interface SupplierStatus {
  readonly id: string;
  readonly status: 'running' | 'paused';
  readonly pull_limits: readonly string[];
  readonly pulls_in_window: number;
  readonly pulls_in_windows?: readonly number[];
  readonly next_pull_at: string | null;
  readonly backlog: number;
  readonly done: number;
  readonly total: number;
  readonly last_pull_at: string | null;
  readonly last_error: string | null;
  readonly oldest_observed_at: string | null;
  readonly write_backs?: { readonly waiting: number; readonly parked: number };
}
export interface SyncStatus {
  readonly status: 'running' | 'paused';
  readonly suppliers: readonly SupplierStatus[];
}
