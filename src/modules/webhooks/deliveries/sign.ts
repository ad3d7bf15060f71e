import { createHmac } from 'node:crypto';

/** A secret as its owner sees it: this prefix, and the key in Base64. */
const SECRET_PREFIX = 'whsec_';

/**
 * The headers of an attempt, as the Standard Webhooks specification 1.0 defines them.
 *
 * @param secrets the secrets that sign, each of which the receiver may check with
 * @param timestampS the time of this attempt, in seconds since 1970
 */
export function signedHeaders(
  eventId: string,
  timestampS: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${eventId}.${timestampS}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}
