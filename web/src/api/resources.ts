import type { Api } from '../../../client/index.ts';

/** The API's resources and request bodies under the names this page uses, derived from the generated client types. */

type Get<Path extends keyof Api['get']> = Api['get'][Path]['answer'];

export type Provider = Get<'/api/v1/providers'>['providers'][number];
export type Client = Get<'/api/v1/clients'>['clients'][number];
export type Slot = Get<'/api/v1/slots/{id}'>;
export type Price = NonNullable<Slot['price']>;
export type Timeslot = Get<'/client/getProviderAvailability'>['available timeslots'][number];
export type Reservation = Get<'/api/v1/reservations/{id}'>;
export type HistoryEntry = Get<'/api/v1/reservations/{id}/history'>['history'][number];
export type Order = Get<'/orders/{page}'>['orders'][number];
export type StateLog = Get<'/vehicles/{id}/history'>['history'][number];
export type Experience = Get<'/api/v1/experiences'>['experiences'][number];
export type ExperienceSlot = Get<'/api/v1/experience/{id}/slots'>['slots'][number];
export type ExperienceDate = Get<'/api/v1/experience/{id}/dates'>['dates'][number];
export type PaxType = ExperienceSlot['paxAvailability'][number];
export type Item = Get<'/api/items'>['items'][number];
export type Booking = Get<'/api/bookings'>['bookings'][number];
export type SupplierStatus = Get<'/api/v1/sync/status'>['suppliers'][number];
export type Webhook = Get<'/api/v1/webhooks/{id}'>;
export type Delivery = Get<'/api/v1/webhooks/{id}/deliveries'>['deliveries'][number];
export type DeliveryDetail = Get<'/api/v1/webhooks/{id}/deliveries/{delivery_id}'>;
export type BlockedTime = Api['delete']['/api/v1/providers/{id}/availability']['answer'];
export type AvailabilityRequest = Api['post']['/api/v1/providers/{id}/availability']['body'];
export type WebhookRequest = Api['post']['/api/v1/webhooks']['body'];
export type WebhookChanges = Api['patch']['/api/v1/webhooks/{id}']['body'];
export type HoldRequest = Api['post']['/api/v1/reservations']['body'];
