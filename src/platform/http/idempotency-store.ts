import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { Failure } from '../errors.ts';
import type { Answer } from './answer.ts';
import { IdempotencyKeyReused, RequestStillRunning } from './idempotency-failures.ts';

/** A request that must take effect once, however often it is sent. */
export interface IdempotencyKey {
  /** SHA-256 of principal, route and key. */
  readonly scope: Buffer;
  /** SHA-256 of the request itself. */
  readonly fingerprint: Buffer;
}

/** The state of a key: `fresh`, so the request runs, or `settled`, so it gets this answer. */
export type KeyState = { readonly kind: 'fresh' } | { readonly kind: 'settled'; readonly answer: Answer | Failure };

/** Retention of an answer. */
const KEPT = '24 hours';

interface Row {
  readonly taken: boolean;
  readonly fingerprint: Uint8Array | null;
  readonly status: number | null;
  readonly body: string | null;
}

/** Claims keys for this transaction. Returns their states in the same order. */
export async function takeKeys(tx: Tx, keys: readonly IdempotencyKey[]): Promise<KeyState[]> {
  const scopes = keys.map(({ scope }) => scope);
  const { rows } = await sql<Row>`
    select taken, fingerprint, status, body
      from claim_idempotency_keys(${scopes}::bytea[], ${KEPT}::interval) order by place`.execute(tx);
  const seen = new Set<string>();
  return keys.map((key, index) => {
    const name = key.scope.toString('base64');
    // Two requests of one batch share a session, which gets an advisory lock twice.
    const isRepeated = seen.has(name);
    seen.add(name);
    return stateOf(key, rows[index], isRepeated);
  });
}

function stateOf(key: IdempotencyKey, row: Row | undefined, isRepeated: boolean): KeyState {
  if (row?.body != null && row.status !== null && row.fingerprint !== null) {
    const isSame = key.fingerprint.equals(row.fingerprint);
    return { kind: 'settled', answer: isSame ? { status: row.status, body: row.body } : new IdempotencyKeyReused() };
  }
  return row?.taken && !isRepeated ? { kind: 'fresh' } : { kind: 'settled', answer: new RequestStillRunning() };
}

/** Stores answers under keys that this transaction has claimed. */
export async function storeAnswers(
  tx: Tx,
  stored: readonly { readonly key: IdempotencyKey; readonly answer: Answer }[],
): Promise<void> {
  if (stored.length === 0) return;
  await sql`
    insert into idempotent_answer (scope, fingerprint, status, body, answered_at)
    select scope, fingerprint, status, body, holdfast_clock()
      from unnest(
        ${stored.map(({ key }) => key.scope)}::bytea[], ${stored.map(({ key }) => key.fingerprint)}::bytea[],
        ${stored.map(({ answer }) => answer.status)}::integer[], ${stored.map(({ answer }) => answer.replayBody ?? answer.body)}::text[]
      ) as answer (scope, fingerprint, status, body)
    on conflict (scope) do update
      set fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
          answered_at = excluded.answered_at
      where idempotent_answer.answered_at <= holdfast_clock() - ${KEPT}::interval`.execute(tx);
}

/** Deletes answers past their retention. @returns the number of deleted answers */
export async function deleteOldAnswers(tx: Tx): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotent_answer where answered_at <= holdfast_clock() - ${KEPT}::interval`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/**
 * Replaces text in the stored answers whose body is like an SQL pattern. A replay then answers with the new text.
 *
 * @returns the number of changed answers
 */
export async function replaceInStoredAnswers(
  tx: Tx,
  like: string,
  replaced: readonly { readonly pattern: string; readonly replacement: string }[],
): Promise<number> {
  const body = replaced.reduce(
    (text, { pattern, replacement }) => sql`regexp_replace(${text}, ${pattern}, ${replacement}, 'g')`,
    sql`body`,
  );
  const { numAffectedRows } = await sql`
    update idempotent_answer set body = ${body} where body like ${like}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
