import type { Delivery } from '../../api/resources.ts';
import { formatDuration } from '../../format.ts';

const REASONS: Readonly<Record<string, string>> = {
  'address-not-allowed': 'This server may not send to the address of the URL.',
  'name-not-found': 'The host name in the URL has no address.',
  refused: 'Nothing answers at this address.',
  'time-out': 'The receiver did not answer in time.',
  tls: 'The certificate of the receiver could not be verified.',
  reset: 'The connection ended before the answer did.',
  'bad-answer': 'The answer of the receiver is not valid HTTP.',
};

type Outcome = Pick<Delivery, 'last_status' | 'last_error'>;

/** The outcome of the last attempt: `Answered 204`, or the reason why it failed. */
export function describeOutcome({ last_status, last_error }: Outcome): string {
  if (last_error !== null) return REASONS[last_error] ?? last_error;
  return last_status === null ? 'Not sent yet' : `Answered ${last_status}`;
}

/** When the next attempt follows; `undefined` when there is none. */
export function describeNextAttempt(delivery: Delivery, isActive: boolean, nowMs: number): string | undefined {
  if (delivery.status !== 'pending') return undefined;
  if (!isSent(delivery, isActive)) return 'Waits until you enable the webhook';
  const waitMs = waitMsOf(delivery, nowMs);
  return waitMs > 0 ? `Next attempt in ${formatDuration(waitMs)}` : 'Next attempt now';
}

/** An ordinary refetch follows before this time has passed. */
const SOON_MS = 30_000;

/** Whether a delivery may change within seconds. One that is tried again in hours needs no polling until then. */
export function mayChangeSoon(delivery: Delivery, isActive: boolean, nowMs: number): boolean {
  return delivery.status === 'pending' && isSent(delivery, isActive) && waitMsOf(delivery, nowMs) < SOON_MS;
}

/** A disabled webhook gets test events only. */
function isSent({ type }: Delivery, isActive: boolean): boolean {
  return isActive || type === 'webhook.test';
}

function waitMsOf({ next_attempt_at }: Delivery, nowMs: number): number {
  return next_attempt_at === null ? 0 : Date.parse(next_attempt_at) - nowMs;
}
