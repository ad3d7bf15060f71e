import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';

/** The result of one batch. */
export interface EndedHolds {
  /** Number of holds ended; `null` when another instance was ending holds at that moment. */
  readonly ended: number | null;
  /** Milliseconds from the earliest `expires_at` among them to the batch; `null` when none was ended. */
  readonly lateMs: number | null;
  /** Milliseconds until the next hold expires; 0 or less when it has expired, `null` when there is none. */
  readonly dueInMs: number | null;
}

/** Ends up to `limit` expired holds, the earliest first. It is one statement, and waits for no lock. */
export async function endDueHolds(tx: Tx, limit: number): Promise<EndedHolds> {
  const { rows } = await sql<EndedHolds>`
    select ended, late_ms as "lateMs", due_in_ms as "dueInMs" from end_due_holds(${limit})`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error('end_due_holds returned no row');
  return row;
}

/** Milliseconds until the next hold expires; 0 or less when it has expired, `null` when there is none. */
export async function readDueInMs(reader: Reader): Promise<number | null> {
  const { rows } = await sql<{ dueInMs: number | null }>`
    select next_hold_due_in_ms() as "dueInMs"`.execute(reader);
  return rows[0]?.dueInMs ?? null;
}
