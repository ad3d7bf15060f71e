import type pg from 'pg';

/** A unit a buyer was told is theirs. */
export interface Sold {
  readonly reservationId: number;
  readonly clientId: number;
}

interface Audit {
  readonly confirmedUnits: number;
  /** What does not add up, in words; none for a sale that is right. */
  readonly flaws: readonly string[];
}

/** Holds what buyers were told against the final tables. */
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
  const told = new Set(sold.map(({ reservationId, clientId }) => `${reservationId} of client ${clientId}`));
  const confirmedUnits = [...confirmed.values()].reduce((sum, quantity) => sum + quantity, 0);
  const flaws = [
    confirmedUnits === capacity ? '' : `${confirmedUnits} units of ${capacity} are confirmed`,
    claimed === confirmedUnits ? '' : `the slot counts ${claimed} claimed, its reservations ${confirmedUnits}`,
    live.rowCount === confirmed.size ? '' : 'some are still held',
    told.size === sold.length ? '' : 'a reservation was sold twice',
    [...told].every((name) => confirmed.has(name)) ? '' : 'a confirm was answered 200 and is not in the tables',
    [...confirmed.keys()].every((name) => told.has(name)) ? '' : 'a reservation is confirmed and nobody was told',
  ];
  return { confirmedUnits, flaws: flaws.filter((flaw) => flaw !== '') };
}

/** Tables as they would be after a lost sale, a sale too many and a sale to somebody else. */
const FAULTS = [
  `update reservation set status = 'cancelled', changed_at = now()
    where id = (select max(id) from reservation where slot_id = $1)`,
  `insert into reservation (slot_id, client_id, status, held_at, expires_at, decided_at, changed_at)
   values ($1, 1, 'confirmed', now(), now() + interval '1 minute', now(), now())`,
  `update reservation set client_id = 1 + client_id % 2
    where id = (select max(id) from reservation where slot_id = $1)`,
];

/** Shows that the audit can fail: plants each fault, looks, and takes it back. */
export async function proveAudit(client: pg.Client, slotId: number, sold: readonly Sold[]): Promise<void> {
  for (const fault of FAULTS) {
    await client.query('begin');
    try {
      // Else the table itself would refuse the sale too many.
      await client.query('alter table slot drop constraint slot_never_oversold');
      await client.query(fault, [slotId]);
      const { flaws } = await auditSale(client, slotId, sold);
      if (flaws.length === 0) throw new Error(`the audit does not notice: ${fault}`);
    } finally {
      await client.query('rollback');
    }
  }
}
