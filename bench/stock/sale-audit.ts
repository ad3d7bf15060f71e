import type pg from 'pg';

/** A unit that an answer gave to a buyer. */
export interface Sold {
  readonly reservationId: number;
  readonly clientId: number;
}

interface Audit {
  readonly confirmedUnits: number;
  /** Contradictions between answers and tables, in words; none for a correct sale. */
  readonly flaws: readonly string[];
}

/** Compares the answers to buyers with the final tables. */
export async function auditSale(client: pg.Client, slotId: number, sold: readonly Sold[]): Promise<Audit> {
  const slot = await client.query<{ capacity: number; claimed: number }>(
    'select capacity, claimed from slot where id = $1',
    [slotId],
  );
  const { capacity, claimed } = slot.rows[0] ?? { capacity: 0, claimed: 0 };
  const live = await client.query<{ name: string; quantity: number; status: string }>(
    `select id || ' of client ' || client_id as name, quantity, status
       from reservation where slot_id = $1 and status in ('held', 'confirmed')`,
    [slotId],
  );
  const confirmed = new Map(
    live.rows.filter(({ status }) => status === 'confirmed').map(({ name, quantity }) => [name, quantity]),
  );
  const answered = new Set(sold.map(({ reservationId, clientId }) => `${reservationId} of client ${clientId}`));
  const confirmedUnits = [...confirmed.values()].reduce((sum, quantity) => sum + quantity, 0);
  const flaws = [
    confirmedUnits === capacity ? '' : `${confirmedUnits} units of ${capacity} are confirmed`,
    claimed === confirmedUnits
      ? ''
      : `the slot counts ${claimed} claimed units, its reservations have ${confirmedUnits}`,
    live.rowCount === confirmed.size ? '' : 'some units are still held',
    answered.size === sold.length ? '' : 'a reservation was sold twice',
    [...answered].every((name) => confirmed.has(name)) ? '' : 'a confirm returned 200 and is not in the tables',
    [...confirmed.keys()].every((name) => answered.has(name)) ? '' : 'a confirmed reservation is in no answer',
  ];
  return { confirmedUnits, flaws: flaws.filter((flaw) => flaw !== '') };
}

/** Changes of the tables that stand for a lost sale, a sale too many, and a sale to another client. */
const FAULTS = [
  `update reservation set status = 'cancelled', changed_at = now()
    where id = (select max(id) from reservation where slot_id = $1)`,
  `insert into reservation (slot_id, client_id, status, held_at, expires_at, decided_at, changed_at)
   values ($1, 1, 'confirmed', now(), now() + interval '1 minute', now(), now())`,
  `update reservation set client_id = 1 + client_id % 2
    where id = (select max(id) from reservation where slot_id = $1)`,
];

/** Proves that the audit can fail: injects each fault, runs the audit, and rolls the fault back. */
export async function proveAudit(client: pg.Client, slotId: number, sold: readonly Sold[]): Promise<void> {
  for (const fault of FAULTS) {
    await client.query('begin');
    try {
      // With the constraint, the table would refuse the sale too many.
      await client.query('alter table slot drop constraint slot_never_oversold');
      await client.query(fault, [slotId]);
      const { flaws } = await auditSale(client, slotId, sold);
      if (flaws.length === 0) throw new Error(`the audit does not find this fault: ${fault}`);
    } finally {
      await client.query('rollback');
    }
  }
}
