import type { Logger } from '../../../platform/logger.ts';
import type { AttemptResult, ClaimedDelivery } from './delivery-store.ts';
import { retryDelayMs } from './retry-schedule.ts';
import { signedHeaders } from './sign.ts';

/** An answer to a request, or the reason why there is none. */
type SendResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /** The beginning of the answer's body. */
      readonly bodyStart: string;
    }
  | { readonly ok: false; readonly reason: string };

/** Sends a request to an address that a stranger has chosen. @throws when the signal aborts */
export type Send = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly signal: AbortSignal },
) => Promise<SendResult>;

export interface AttemptDeps {
  readonly send: Send;
  /** Opens a stored secret. @throws Error if its key is not known */
  readonly openSecret: (sealed: string) => string;
  readonly userAgent: string;
  readonly logger: Logger;
}

/** The provider that reads it cannot change the server's key. The log names the variable. */
const UNREADABLE = 'The server cannot read the secret of the webhook. Rotate the secret, or ask the operator.';

/** Makes one attempt. @throws when the signal aborts; the attempt then does not count */
export async function attempt(
  { send, openSecret, userAgent, logger }: AttemptDeps,
  delivery: ClaimedDelivery,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const secrets = openAll(delivery.secrets, openSecret);
  if (secrets === undefined) {
    logger.warn(
      { webhook_id: delivery.webhookId },
      'HOLDFAST_SECRET_KEY cannot read the secret of a webhook: add the key that sealed it',
    );
    return failure(delivery, null, UNREADABLE, null, undefined);
  }
  const headers = {
    ...signedHeaders(delivery.eventId, Math.floor(Date.now() / 1_000), delivery.body, secrets),
    'content-type': 'application/json',
    'user-agent': userAgent,
  };
  const result = await send(new URL(delivery.url), headers, delivery.body, { signal });
  if (!result.ok) return failure(delivery, null, result.reason, null, undefined);
  const { status, bodyStart, retryAfterMs } = result;
  if (status >= 200 && status < 300) {
    const { deliveryId } = delivery;
    return { deliveryId, outcome: 'delivered', status, error: null, answer: bodyStart, delayMs: null };
  }
  return failure(delivery, status, `The receiver answered ${status}.`, bodyStart, retryAfterMs);
}

/** `undefined` when there is none, or one cannot be opened: half the signatures would hide that half are missing. */
function openAll(sealed: readonly string[], openSecret: AttemptDeps['openSecret']): string[] | undefined {
  try {
    return sealed.length === 0 ? undefined : sealed.map(openSecret);
  } catch {
    return undefined;
  }
}

function failure(
  { deliveryId, attempts, isSingle }: ClaimedDelivery,
  status: number | null,
  error: string,
  answer: string | null,
  retryAfterMs: number | undefined,
): AttemptResult {
  const failed = { deliveryId, status, error, answer };
  if (status === 410 && !isSingle) return { ...failed, outcome: 'gone', delayMs: null };
  const delayMs = isSingle ? undefined : retryDelayMs(attempts + 1, retryAfterMs);
  return delayMs === undefined
    ? { ...failed, outcome: 'failed', delayMs: null }
    : { ...failed, outcome: 'retry', delayMs };
}
