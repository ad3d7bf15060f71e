import { type Ownership, readKeysOf, toKeyResponse } from '../../../access/index.ts';
import type { Reader } from '../../../platform/db/database.ts';
import { readClock } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { toSeconds } from '../../../platform/time/instant.ts';
import { readOrdersOfClient, writeOrder } from '../../orders/index.ts';
import {
  listReservations,
  readErasure,
  readHistoriesOfClient,
  readKnownClient,
  toClientResponse,
  toHistoryResponse,
  toReservationResponse,
} from '../../reservations/index.ts';
import { toErasureResponse } from './erasure-response.ts';

/** Reservations that one statement reads. */
const CHUNK = 1_000;

/**
 * All that is known of a client, as JSON text: its record, reservations with their histories, orders and keys. The text is
 * put together here because the amounts of orders are exact decimals, which no JavaScript number is.
 *
 * @throws NotFound, also for another client than the one that a principal is
 */
export async function exportClient(reader: Reader, clientId: Id, ownership: Ownership): Promise<string> {
  const client = await readKnownClient(reader, clientId, ownership);
  const erasure = await readErasure(reader, clientId);
  const orders = await readOrdersOfClient(reader, clientId);
  const keys = await readKeysOf(reader, 'client', clientId);
  const known = {
    exported_at: toSeconds(await readClock(reader)),
    client: toClientResponse(client),
    erasure: erasure ? toErasureResponse(erasure) : null,
    reservations: await exportReservations(reader, clientId),
    keys: keys.map(toKeyResponse),
  };
  return `${JSON.stringify(known).slice(0, -1)},"orders":[${orders.map(writeOrder).join(',')}]}`;
}

async function exportReservations(reader: Reader, clientId: Id): Promise<object[]> {
  const histories = await readHistoriesOfClient(reader, clientId);
  const filter = { party: { role: 'client', id: clientId }, onlyLive: false } as const;
  const exported: object[] = [];
  let afterId: Id | 0 | undefined = 0;
  while (afterId !== undefined) {
    const rows = await listReservations(reader, filter, afterId, CHUNK);
    for (const reservation of rows) {
      const history = histories.get(reservation.reservation_id) ?? [];
      exported.push({ ...toReservationResponse(reservation), ...toHistoryResponse(history) });
    }
    afterId = rows.length === CHUNK ? rows.at(-1)?.reservation_id : undefined;
  }
  return exported;
}
