import { sql } from 'kysely';
import type { Reader, Tx } from '../../platform/db/database.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type { PresentedKey } from '../keys/key.ts';
import { SESSION_LIFE_S } from './session.ts';

const EXPIRES_AT = sql`holdfast_clock() + make_interval(secs => ${SESSION_LIFE_S})`;

/**
 * Stores a session of a key, if the key is valid. The database compares the hashes: what can be learned from the time
 * that takes is of no use without the secret, because no one can choose the hash of a secret.
 *
 * @returns whether the key is valid
 */
export async function insertKeySession(tx: Tx, id: Uint8Array, { keyId, secretHash }: PresentedKey): Promise<boolean> {
  const { rows } = await sql`
    insert into access_session (id, key_id, expires_at)
      select ${id}, k.id, ${EXPIRES_AT}
        from access_key k
       where k.id = ${keyId} and k.secret_hash = ${secretHash} and k.revoked_at is null
         and coalesce(least(k.expires_at, k.overlap_ends_at) > holdfast_clock(), true)
    returning id`.execute(tx);
  return rows.length > 0;
}

/** Stores a session of the bootstrap operator key. @param mac `bootstrapMac` of the id */
export async function insertBootstrapSession(tx: Tx, id: Uint8Array, mac: Uint8Array): Promise<void> {
  await sql`
    insert into access_session (id, bootstrap_mac, expires_at) values (${id}, ${mac}, ${EXPIRES_AT})`.execute(tx);
}

/** Deletes a session, if there is one. */
export async function deleteSession(tx: Tx, id: Uint8Array): Promise<void> {
  await sql`delete from access_session where id = ${id}`.execute(tx);
}

/** Deletes sessions that have expired. @returns how many */
export async function deleteExpiredSessions(tx: Tx): Promise<number> {
  const { numAffectedRows } = await sql`delete from access_session where expires_at <= holdfast_clock()`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** A session as it is stored. It has a key's id, or the MAC that ties it to the bootstrap operator key. */
export interface StoredSession {
  /** In hexadecimal digits, as the change feed names it. */
  readonly id: string;
  readonly key_id: string | null;
  readonly bootstrap_mac: Uint8Array | null;
  readonly expires_at: InstantText;
}

/** Sessions by id in hexadecimal digits. Expired ones are among them: their expiry is compared at each use. */
export async function readSessions(reader: Reader, ids: readonly string[]): Promise<Map<string, StoredSession>> {
  const { rows } = await sql<StoredSession>`
    select encode(id, 'hex') as id, key_id, bootstrap_mac, expires_at
      from access_session
     where id = any(select decode(named, 'hex') from unnest(${ids}::text[]) named)`.execute(reader);
  return new Map(rows.map((row) => [row.id, row]));
}
