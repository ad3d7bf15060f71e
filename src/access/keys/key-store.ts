import { sql } from 'kysely';
import { type Reader, readClock, type Tx } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import { type InstantText, toMs } from '../../platform/time/instant.ts';
import type { Role } from '../principal.ts';
import { createKey } from './key.ts';
import { KeyEnded, KeyRefused } from './key-failures.ts';

/** A key without its secret. */
export interface Key {
  readonly key_id: string;
  readonly name: string;
  readonly role: Role;
  readonly subject: Id | string | null;
  readonly created_at: InstantText;
  readonly expires_at: InstantText | null;
  readonly last_used_at: InstantText | null;
  readonly revoked_at: InstantText | null;
}

export interface KeyRequest {
  readonly name: string;
  readonly role: Role;
  readonly subject: Id | string | null;
  /** Must be in the future. */
  readonly expiresAt: InstantText | null;
}

/** A key with its text, which can be shown only now. */
export interface CreatedKey extends Key {
  readonly key: string;
}

const SUBJECT = sql`case when k.subject_id is null then to_jsonb(k.subject_name) else to_jsonb(k.subject_id) end`;
/** A rotated key ends with its overlap. */
const ENDS_AT = sql`least(k.expires_at, k.overlap_ends_at)`;
const KEY = sql`
  k.id as key_id, k.name, k.role, ${SUBJECT} as subject, k.created_at, ${ENDS_AT} as expires_at,
  (select last_used_at from access_key_use u where u.key_id = k.id) as last_used_at, k.revoked_at`;

/** Creates a key. @throws NotFound for a subject that does not exist; KeyRefused for an expiry that has passed */
export async function insertKey(tx: Tx, request: KeyRequest, family?: string): Promise<CreatedKey> {
  await requireSubject(tx, request);
  await requireFuture(tx, request.expiresAt);
  const { keyId, secretHash, text } = createKey();
  const { name, role, subject, expiresAt } = request;
  const { rows } = await sql<Key>`
    with k as (
      insert into access_key (id, family, name, role, subject_id, subject_name, secret_hash, expires_at)
      values (${keyId}, ${family ?? keyId}, ${name}, ${role}, ${typeof subject === 'number' ? subject : null},
              ${typeof subject === 'string' ? subject : null}, ${secretHash}, ${expiresAt}::timestamptz)
      returning *
    ) select ${KEY} from k`.execute(tx);
  return { ...onlyRow(rows), key: text };
}

/** Locks the provider or client that a key is for, so that it cannot go while the key is made. */
async function requireSubject(tx: Tx, { role, subject }: KeyRequest): Promise<void> {
  if (role !== 'provider' && role !== 'client') return;
  const { rows } = await sql`select from ${sql.table(role)} where id = ${subject} for key share`.execute(tx);
  if (rows.length === 0) throw new NotFound(role, subject ?? '');
}

async function requireFuture(tx: Tx, expiresAt: InstantText | null): Promise<void> {
  if (expiresAt === null || toMs(expiresAt) > toMs(await readClock(tx))) return;
  throw new KeyRefused('expires_at has passed. Choose a time in the future, or leave it out');
}

/** Up to `limit` keys that were created after another, oldest first; revoked and expired ones too. */
export async function listKeys(reader: Reader, after: KeyPlace | undefined, limit: number): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select ${KEY} from access_key k
     where (k.created_at, k.id) > (${after?.createdAt ?? '-infinity'}::timestamptz, ${after?.keyId ?? ''})
     order by k.created_at, k.id limit ${limit}`.execute(reader);
  return rows;
}

/** The last key of a page, after which the next page begins. */
export interface KeyPlace {
  readonly createdAt: InstantText;
  readonly keyId: string;
}

/** Revokes a key. A revoked key stays as it is, so that a revocation can be repeated. @throws NotFound */
export async function revokeKey(tx: Tx, keyId: string): Promise<void> {
  const { rows } = await sql`
    update access_key set revoked_at = coalesce(revoked_at, holdfast_clock()) where id = ${keyId}
    returning id`.execute(tx);
  if (rows.length === 0) throw new NotFound('key', keyId);
}

/**
 * Makes a key that replaces another and has its name, role, subject and expiry. The other one ends after the overlap, or
 * at its own expiry if that comes first.
 *
 * @throws NotFound; KeyEnded for a revoked or expired key
 */
export async function rotateKey(tx: Tx, keyId: string, overlapS: number): Promise<CreatedKey> {
  const { rows } = await sql<KeyRequest & { family: string; has_ended: boolean }>`
    select k.name, k.role, ${SUBJECT} as subject, k.expires_at as "expiresAt", k.family,
           k.revoked_at is not null or coalesce(${ENDS_AT} <= holdfast_clock(), false) as has_ended
      from access_key k where k.id = ${keyId} for no key update of k`.execute(tx);
  const old = rows[0];
  if (!old) throw new NotFound('key', keyId);
  if (old.has_ended) throw new KeyEnded(keyId);
  await sql`
    update access_key
       set overlap_ends_at = least(overlap_ends_at, holdfast_clock() + make_interval(secs => ${overlapS}))
     where id = ${keyId}`.execute(tx);
  return insertKey(tx, old, old.family);
}

/**
 * Deletes the keys of a provider or client, revoked ones too, with their sessions: their names may say whose they were.
 *
 * @returns the number of deleted keys
 */
export async function deleteKeysOf(tx: Tx, role: 'provider' | 'client', subject: Id): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from access_key where role = ${role} and subject_id = ${subject}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** The keys of a provider or client, oldest first. */
export async function readKeysOf(reader: Reader, role: 'provider' | 'client', subject: Id): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select ${KEY} from access_key k where k.role = ${role} and k.subject_id = ${subject}
     order by k.created_at, k.id`.execute(reader);
  return rows;
}

/** The parts of a key that its check needs. */
export interface StoredKey {
  readonly key_id: string;
  readonly family: string;
  readonly role: Role;
  readonly subject: Id | string | null;
  readonly secret_hash: Uint8Array;
  readonly expires_at: InstantText | null;
}

/** Keys by id that are not revoked. Expired ones are among them: their expiry is compared at each use. */
export async function readKeys(reader: Reader, keyIds: readonly string[]): Promise<Map<string, StoredKey>> {
  const { rows } = await sql<StoredKey>`
    select k.id as key_id, k.family, k.role, ${SUBJECT} as subject, k.secret_hash,
           ${ENDS_AT} as expires_at
      from access_key k where k.id = any(${keyIds}::text[]) and k.revoked_at is null`.execute(reader);
  return new Map(rows.map((row) => [row.key_id, row]));
}

/** Notes that keys were used now, at most once a minute for each. */
export async function noteUses(tx: Tx, keyIds: readonly string[]): Promise<void> {
  await sql`
    insert into access_key_use (key_id, last_used_at)
      select id, holdfast_clock() from access_key where id = any(${keyIds}::text[]) order by id
    on conflict (key_id) do update set last_used_at = excluded.last_used_at
      where access_key_use.last_used_at <= excluded.last_used_at - interval '1 minute'`.execute(tx);
}

/** Whether there is any key, revoked and expired ones included. */
export async function hasKeys(reader: Reader): Promise<boolean> {
  const { rows } = await sql`select from access_key limit 1`.execute(reader);
  return rows.length > 0;
}

function onlyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('the insertion returned no key');
  return row;
}
