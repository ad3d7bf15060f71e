import { failure, Malformed } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { UrlCheck } from '../../../platform/outbound/check-url.ts';

/** The URL leads to an address that requests of webhooks may not reach. */
export class AddressNotAllowed extends failure('unprocessable', 'address-not-allowed', 'Address is not allowed') {}

/** There are as many webhooks as there may be. */
export class TooManyWebhooks extends failure('conflict', 'too-many-webhooks', 'Too many webhooks') {}

/** An attempt of a delivery is under way, so that a replay would have no effect of its own. */
export class DeliveryUnderWay extends failure('conflict', 'delivery-under-way', 'Delivery is under way') {
  constructor(deliveryId: Id) {
    super(`Delivery ${deliveryId} is being sent. Replay it when this attempt has ended, within 15 seconds`);
  }
}

/** Too many secrets of a webhook sign at the moment. */
export class TooManySecrets extends failure('conflict', 'too-many-secrets', 'Too many secrets') {
  constructor(maxSecrets: number) {
    super(
      `The webhook has ${maxSecrets} secrets that sign already. Rotate again when one of the old ones has ended, ` +
        '24 hours after it was replaced',
    );
  }
}

/** Requires that a check of a URL succeeded. @throws Malformed; AddressNotAllowed */
export function requireUrl(check: UrlCheck): void {
  if (check.ok) return;
  if (check.problem === 'address-not-allowed') throw new AddressNotAllowed(`The URL ${check.message}`);
  throw new Malformed([{ path: '/url', message: check.message }]);
}
