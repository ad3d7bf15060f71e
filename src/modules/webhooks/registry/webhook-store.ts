import { sql } from 'kysely';
import type { Actor } from '../../../access/index.ts';
import { type Reader, type Tx, toJsonb } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { TooManyWebhooks } from './webhook-failures.ts';

const MAX_WEBHOOKS = 1_000;
/** Each event of a provider becomes a delivery for each webhook of it, and for each webhook without a provider. */
const MAX_WEBHOOKS_OF_PROVIDER = 20;
const MAX_WEBHOOKS_OF_ALL = 50;
const DISABLED_BY_OWNER = 'Its owner disabled it.';

export type WebhookStatus = 'active' | 'disabled';

/** A webhook without its secrets. */
export interface Webhook {
  readonly webhook_id: Id;
  readonly url: string;
  /** `null` selects all events. */
  readonly events: readonly string[] | null;
  readonly description: string | null;
  /** The provider it belongs to; `null` for one of the operators. */
  readonly provider_id: Id | null;
  readonly status: WebhookStatus;
  readonly disabled_reason: string | null;
  readonly failing_since: InstantText | null;
  readonly created_at: InstantText;
}

/**
 * The webhooks that a principal may see and change: those of one provider, or all with `null`. A condition of every
 * statement here.
 */
export type WebhookOwner = Id | null;

export type NewWebhook = Pick<Webhook, 'url' | 'events' | 'description' | 'provider_id'>;

const WEBHOOK = sql`
  w.id as webhook_id, w.url, w.events, w.description, w.provider_id, w.status, w.disabled_reason, w.failing_since,
  w.created_at`;

/** Condition for `webhook w`. */
export function isWebhook(id: Id, owner: WebhookOwner) {
  return sql`w.id = ${id} and ${isOwned(owner)}`;
}

function isOwned(owner: WebhookOwner) {
  return sql`(${owner}::bigint is null or w.provider_id = ${owner}::bigint)`;
}

/**
 * Stores a webhook with its first secret.
 *
 * @param sealed the secret, sealed
 * @throws NotFound for a provider that does not exist; TooManyWebhooks
 */
export async function insertWebhook(
  tx: Tx,
  { url, events, description, provider_id }: NewWebhook,
  sealed: string,
  actor: Actor | null,
): Promise<Webhook> {
  if (provider_id !== null) await lockProvider(tx, provider_id);
  await requireRoom(tx, provider_id);
  const { rows } = await sql<Webhook>`
    with w as (
      insert into webhook (url, events, description, provider_id, created_by)
      values (${url}, ${events}::text[], ${description}, ${provider_id}, ${toJsonb(actor)})
      returning *
    ), secret as (
      insert into webhook_secret (webhook_id, sealed) select w.id, ${sealed} from w
    ) select ${WEBHOOK} from w`.execute(tx);
  return onlyRow(rows);
}

/** Locks the provider, so that it cannot be deleted while its webhook is made. @throws NotFound */
async function lockProvider(tx: Tx, providerId: Id): Promise<void> {
  const { rows } = await sql`select from provider where id = ${providerId} for key share`.execute(tx);
  if (rows.length === 0) throw new NotFound('provider', providerId);
}

/** Requires that another webhook may be made. Transactions that make one run one after another from here. */
async function requireRoom(tx: Tx, providerId: Id | null): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('webhook_limits', 0))`.execute(tx);
  const { rows } = await sql<{ total: number; own: number }>`
    select count(*) as total, count(*) filter (where provider_id is not distinct from ${providerId}::bigint) as own
      from webhook`.execute(tx);
  const { total, own } = onlyRow(rows);
  const most = providerId === null ? MAX_WEBHOOKS_OF_ALL : MAX_WEBHOOKS_OF_PROVIDER;
  if (own >= most) {
    const owner = providerId === null ? 'The server' : `Provider ${providerId}`;
    const kind = providerId === null ? 'webhooks for the events of all providers' : 'webhooks';
    throw new TooManyWebhooks(`${owner} has ${most} ${kind}, the maximum. Delete a webhook that is not used`);
  }
  if (total >= MAX_WEBHOOKS) {
    throw new TooManyWebhooks(
      `The server has ${MAX_WEBHOOKS} webhooks, the maximum. Delete a webhook that is not used`,
    );
  }
}

/** Up to `limit` webhooks with ids above `afterId`, by id. */
export async function listWebhooks(
  reader: Reader,
  owner: WebhookOwner,
  afterId: Id | 0,
  limit: number,
): Promise<Webhook[]> {
  const { rows } = await sql<Webhook>`
    select ${WEBHOOK} from webhook w where w.id > ${afterId} and ${isOwned(owner)} order by w.id limit ${limit}
  `.execute(reader);
  return rows;
}

/** @throws NotFound */
export async function readWebhook(reader: Reader, owner: WebhookOwner, id: Id): Promise<Webhook> {
  const { rows } = await sql<Webhook>`select ${WEBHOOK} from webhook w where ${isWebhook(id, owner)}`.execute(reader);
  return foundRow(rows, id);
}

export interface WebhookChanges {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | null | undefined;
  readonly description?: string | null | undefined;
  readonly status?: WebhookStatus | undefined;
}

/** Changes the given fields. Enabling a webhook forgets its failures, and wakes the workers. @throws NotFound */
export async function updateWebhook(
  tx: Tx,
  owner: WebhookOwner,
  id: Id,
  { url, events, description, status }: WebhookChanges,
): Promise<Webhook> {
  const { rows } = await sql<Webhook>`
    update webhook w
       set url = coalesce(${url ?? null}, w.url),
           events = case when ${events !== undefined} then ${events ?? null}::text[] else w.events end,
           description = case when ${description !== undefined} then ${description ?? null} else w.description end,
           status = coalesce(${status ?? null}, w.status),
           disabled_reason = case ${status ?? null} when 'active' then null
                                            when 'disabled' then coalesce(w.disabled_reason, ${DISABLED_BY_OWNER})
                                            else w.disabled_reason end,
           failures = case when ${status === 'active'} then 0 else w.failures end,
           failing_since = case when ${status === 'active'} then null else w.failing_since end,
           is_proven = w.is_proven and ${url === undefined},
           next_trial_at = case when ${status === 'active' || url !== undefined} then null else w.next_trial_at end
     where ${isWebhook(id, owner)}
    returning ${WEBHOOK}`.execute(tx);
  if (status === 'active') await wakeWorkers(tx);
  return foundRow(rows, id);
}

/** Deletes a webhook with its secrets and deliveries. @throws NotFound */
export async function deleteWebhook(tx: Tx, owner: WebhookOwner, id: Id): Promise<void> {
  const { rows } = await sql`delete from webhook w where ${isWebhook(id, owner)} returning w.id`.execute(tx);
  foundRow(rows, id);
}

/** Notifies the workers of all instances, when the transaction commits, that deliveries are due. */
export async function wakeWorkers(tx: Tx): Promise<void> {
  await sql`select pg_notify('holdfast_change', '{"topic":"outbox","keys":null}')`.execute(tx);
}

/** @throws NotFound */
export function foundRow<Row>([row]: readonly Row[], id: Id): Row {
  if (row === undefined) throw new NotFound('webhook', id);
  return row;
}

function onlyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('the statement returned no row');
  return row;
}
