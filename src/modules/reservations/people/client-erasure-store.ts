import { sql } from 'kysely';
import type { Actor, Ownership } from '../../../access/index.ts';
import { type Reader, type Tx, toJsonb } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';

/** The name of every client that was erased. */
export const ERASED_NAME = { first_name: 'Erased', last_name: 'client' } as const;

/** Number of rows that an erasure changed or deleted, by place. */
export interface ErasureReport {
  readonly names: number;
  readonly reservations_cancelled: number;
  readonly orders: number;
  readonly keys: number;
  readonly stored_answers: number;
  readonly webhook_events: number;
}

/** An erasure that has happened. */
export interface ClientErasure {
  readonly client_id: Id;
  readonly erased_at: InstantText;
  readonly report: ErasureReport;
}

/** The erasure of a client; `undefined` if it has not been erased. */
export async function readErasure(reader: Reader, clientId: Id): Promise<ClientErasure | undefined> {
  const { rows } = await sql<ClientErasure>`
    select client_id, erased_at, report from client_erasure where client_id = ${clientId}`.execute(reader);
  return rows[0];
}

/** A number that rises with each erasure. What was read before it rose may still name the client. */
export async function readLastErasure(reader: Reader): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    select coalesce(max(id), 0) as last from client_erasure`.execute(reader);
  return rows[0]?.last ?? 0;
}

/**
 * Replaces a client's name, after a wait for all that is just being reserved for it. Until this transaction ends, nothing
 * more is. The caller has locked the slots and reservations that it needs before, as every writer does.
 *
 * @throws NotFound, also for another client than the one that a principal is
 */
export async function eraseName(tx: Tx, clientId: Id, { clientId: own }: Ownership): Promise<void> {
  const { rows } = await sql`
    select from client where id = ${clientId} and (${own}::bigint is null or id = ${own}::bigint) for update`.execute(
    tx,
  );
  if (rows.length === 0) throw new NotFound('client', clientId);
  await sql`
    update client set first_name = ${ERASED_NAME.first_name}, last_name = ${ERASED_NAME.last_name},
                      erased_at = holdfast_clock()
     where id = ${clientId}`.execute(tx);
}

export async function storeErasure(
  tx: Tx,
  clientId: Id,
  report: ErasureReport,
  actor: Actor | null,
): Promise<ClientErasure> {
  const { rows } = await sql<ClientErasure>`
    insert into client_erasure (client_id, erased_at, erased_by, report)
      select id, erased_at, ${toJsonb(actor)}, ${toJsonb(report)} from client where id = ${clientId}
    returning client_id, erased_at, report`.execute(tx);
  const [erasure] = rows;
  if (!erasure) throw new Error('the insertion returned no erasure');
  return erasure;
}
