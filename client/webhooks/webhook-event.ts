type ReservationChange =
  | 'held'
  | 'confirmed'
  | 'cancelled'
  | 'expired'
  | 'rescheduled'
  | 'extended'
  | 'changed'
  | 'conflict';

/** The types of events that this version of the server sends. */
export type WebhookEventType =
  | `reservation.${ReservationChange}`
  | `group.${'held' | 'confirmed' | 'cancelled' | 'expired'}`
  | `waiting.${'offered' | 'expired'}`
  | `booking.${'accepted' | 'refused' | 'cancelled'}`
  | `availability.${'offered' | 'withdrawn'}`
  | `order.${'created' | 'changed' | 'cancelled'}`
  | 'vehicle.state_logged'
  | `supplier.${'paused' | 'resumed' | 'failing' | 'recovered'}`
  | 'webhook.test';

/** An event as a webhook delivers it. */
export interface WebhookEvent {
  /** The header `webhook-id`: the same in every attempt, so a receiver can recognize an event that arrives again. */
  readonly id: string;
  /** Ignore types that you do not know: a newer server may send more. */
  readonly type: WebhookEventType | (string & {});
  /** The time of the event, as in RFC 3339. */
  readonly timestamp: string;
  /** The thing that changed, as the API shows it, or only its ids if `truncated` is true. */
  readonly data: Readonly<Record<string, unknown>>;
}
