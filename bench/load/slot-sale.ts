import type { Sold } from '../stock/sale-audit.ts';
import { formatRequest, HttpConnection } from './http-connection.ts';

export const BUYERS = 1_000;
export const CAPACITY = 8_000;

/** SQL that creates slots 1 to `slots`, each to be sold out once, and clients 1 to `BUYERS`. */
export function saleStock(slots: number): string {
  return `
    insert into provider (first_name, last_name) values ('Provider', 'of the sale');
    insert into client (first_name, last_name) select 'Buyer', n::text from generate_series(1, ${BUYERS}) n;
    insert into slot (provider_id, starts_at, ends_at, capacity)
      select 1, first_day + n * interval '1 hour', first_day + (n + 1) * interval '1 hour', ${CAPACITY}
        from generate_series(1, ${slots}) n,
             (select date_trunc('day', now()) + interval '2 days' as first_day) calendar;
    analyze provider, client, slot`;
}

export interface Sale {
  /** The units that the answers gave to buyers. */
  readonly sold: readonly Sold[];
  /** From the first hold to the last refusal. */
  readonly seconds: number;
}

/** Lets all buyers buy at once, until each is refused. Any answer other than a sale or a refusal is an error. */
export async function sellOut(address: URL, slotId: number): Promise<Sale> {
  const connections = await Promise.all(Array.from({ length: BUYERS }, () => HttpConnection.open(address)));
  try {
    const from = performance.now();
    const sold = await Promise.all(connections.map((connection, index) => buy(connection, address, slotId, index + 1)));
    return { sold: sold.flat(), seconds: (performance.now() - from) / 1_000 };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function buy(connection: HttpConnection, address: URL, slotId: number, clientId: number): Promise<Sold[]> {
  const sold: Sold[] = [];
  const hold = formatRequest(
    address,
    'POST',
    '/client/reserve',
    JSON.stringify({ client_id: clientId, timeslot_id: slotId }),
  );
  for (;;) {
    const held = await connection.send(hold);
    if (held.status === 409 && held.body.includes('urn:holdfast:problem:slot-taken')) return sold;
    const reservationId = Number(/"reservation_id":(\d+)/.exec(held.body.toString())?.[1]);
    if (held.status !== 201 || !reservationId) throw new Error(`a hold returned ${held.status}: ${held.body}`);
    const body = JSON.stringify({ client_id: clientId, reservation_id: reservationId });
    const confirmed = await connection.send(formatRequest(address, 'PUT', '/client/confirm', body));
    if (confirmed.status !== 200) throw new Error(`a confirm returned ${confirmed.status}: ${confirmed.body}`);
    sold.push({ reservationId, clientId });
  }
}
