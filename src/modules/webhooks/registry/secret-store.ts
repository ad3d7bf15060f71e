import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { SecretBox } from '../sealed-secret.ts';
import { TooManySecrets } from './webhook-failures.ts';
import { foundRow, isWebhook, type WebhookOwner } from './webhook-store.ts';

const SECRET_BYTES = 32;
/** How long a secret signs after it was replaced. */
const OVERLAP = '24 hours';
/** Each secret makes the signature header of every delivery longer. */
const MAX_SECRETS = 10;

/** A new secret, in the form of Standard Webhooks. */
export function createSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** The secret that signs until it is replaced, sealed. @throws NotFound */
export async function readSealedSecret(reader: Reader, owner: WebhookOwner, id: Id): Promise<string> {
  const { rows } = await sql<{ sealed: string }>`
    select s.sealed from webhook w join webhook_secret s on s.webhook_id = w.id
     where ${isWebhook(id, owner)} and s.ends_at is null order by s.id desc limit 1`.execute(reader);
  return foundRow(rows, id).sealed;
}

/**
 * Gives a webhook a new secret. The one that it replaces signs too, for 24 hours. Secrets that have ended are deleted, and
 * those that cannot be opened: they cannot sign, and a delivery fails without all of its signatures.
 *
 * @throws NotFound; TooManySecrets
 */
export async function rotateSecret(tx: Tx, secrets: SecretBox, owner: WebhookOwner, id: Id): Promise<string> {
  const secret = createSecret();
  const locked = await sql`select w.id from webhook w where ${isWebhook(id, owner)} for no key update`.execute(tx);
  foundRow(locked.rows, id);
  const { rows } = await sql<{ id: Id; sealed: string; has_ended: boolean }>`
    select s.id, s.sealed, coalesce(s.ends_at <= holdfast_clock(), false) as has_ended
      from webhook_secret s where s.webhook_id = ${id}`.execute(tx);
  const useless = rows.filter(({ sealed, has_ended }) => has_ended || !secrets.canOpen(sealed)).map((row) => row.id);
  if (rows.length - useless.length >= MAX_SECRETS) throw new TooManySecrets(MAX_SECRETS);
  await sql`delete from webhook_secret where id = any(${useless}::bigint[])`.execute(tx);
  await sql`
    update webhook_secret set ends_at = holdfast_clock() + ${OVERLAP}::interval
     where webhook_id = ${id} and ends_at is null`.execute(tx);
  await sql`insert into webhook_secret (webhook_id, sealed) values (${id}, ${secrets.seal(secret)})`.execute(tx);
  return secret;
}

/** The number of secrets that sign now and that cannot be opened. */
export async function countUnreadableSecrets(reader: Reader, secrets: SecretBox): Promise<number> {
  const { rows } = await sql<{ sealed: string }>`
    select sealed from webhook_secret where ends_at is null or ends_at > holdfast_clock()`.execute(reader);
  return rows.filter(({ sealed }) => !secrets.canOpen(sealed)).length;
}
