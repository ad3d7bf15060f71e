/** The changes that webhooks and the event stream name. */
export const RESERVATION_TYPES = [
  'reservation.held',
  'reservation.confirmed',
  'reservation.cancelled',
  'reservation.expired',
  'reservation.rescheduled',
  'reservation.extended',
  'reservation.changed',
  'reservation.conflict',
] as const;
export const BOOKING_TYPES = ['booking.accepted', 'booking.refused', 'booking.cancelled'] as const;
export const SUPPLIER_TYPES = [
  'supplier.paused',
  'supplier.resumed',
  'supplier.failing',
  'supplier.recovered',
] as const;
