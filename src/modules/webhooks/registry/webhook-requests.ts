import type { Actor } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { Malformed } from '../../../platform/errors.ts';
import { instantOf, namedMoments } from '../../../platform/http/parameters.ts';
import type { Id } from '../../../platform/ids.ts';
import type { UrlCheck } from '../../../platform/outbound/check-url.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { toStoredEvents } from '../event-filter.ts';
import type { SecretBox } from '../sealed-secret.ts';
import { createSecret } from './secret-store.ts';
import { requireUrl } from './webhook-failures.ts';
import { insertWebhook, updateWebhook, type Webhook, type WebhookOwner, type WebhookStatus } from './webhook-store.ts';

interface WrittenWebhook {
  readonly url: string;
  readonly events?: readonly string[] | null;
  readonly description?: string | null;
}

/** A webhook with its secret. */
export interface CreatedWebhook {
  readonly webhook: Webhook;
  readonly secret: string;
}

/** Makes a webhook. @param check the check of its URL @throws Malformed; AddressNotAllowed; NotFound; TooManyWebhooks */
export async function createWebhook(
  tx: Tx,
  secrets: SecretBox,
  { url, events = null, description = null }: WrittenWebhook,
  providerId: Id | null,
  check: UrlCheck,
  actor: Actor | null,
): Promise<CreatedWebhook> {
  requireUrl(check);
  const secret = createSecret();
  const webhook = { url, events: toStoredEvents(events), description, provider_id: providerId };
  return { webhook: await insertWebhook(tx, webhook, secrets.seal(secret), actor), secret };
}

/** Changes the given fields. @param check the check of the URL, if it changes @throws as `createWebhook` */
export async function changeWebhook(
  tx: Tx,
  owner: WebhookOwner,
  id: Id,
  { events, ...changes }: Partial<WrittenWebhook> & { readonly status?: WebhookStatus },
  check: UrlCheck | undefined,
): Promise<Webhook> {
  if (check) requireUrl(check);
  return updateWebhook(tx, owner, id, { ...changes, ...(events !== undefined && { events: toStoredEvents(events) }) });
}

/** Reads the time range of a replay. @throws Malformed */
export function readTimeRange({ since, until }: { readonly since: string; readonly until?: string }): {
  since: InstantText;
  until: InstantText | null;
} {
  const from = instantOf(since, '/since');
  if (until === undefined) return { since: from, until: null };
  const { last } = namedMoments(until, '/until');
  if (Temporal.Instant.compare(from, last) > 0) {
    throw new Malformed([{ path: '/until', message: 'must not be before since' }]);
  }
  return { since: from, until: last };
}
