import { sql } from 'kysely';
import type { Id } from '../../../src/platform/ids.ts';
import { addClients, addSlots } from '../database/seed-tables.ts';
import type { TestDatabase } from '../database/test-database.ts';
import type { Instances } from '../server/instances.ts';
import { type Answered, ask } from '../server/test-app.ts';

export const NOW = '2026-11-02T08:00:00Z';
/** The last microsecond of a hold that is made at NOW. */
export const LAST_MOMENT = '2026-11-02T08:29:59.999999Z';
/** The expiry of a hold that is made at NOW. */
export const EXPIRY = '2026-11-02T08:30:00Z';

/** A hold made at NOW, a second client, and a second slot. */
export interface ExpiringHold {
  readonly client: Id;
  readonly rival: Id;
  readonly slot: Id;
  readonly otherSlot: Id;
  readonly reservation: Id;
}

export async function makeHold(test: TestDatabase, instances: Instances): Promise<ExpiringHold> {
  await test.clock.freeze(NOW);
  const [slot = 0, otherSlot = 0] = await addSlots(test.database, 2);
  const [client = 0, rival = 0] = await addClients(test.database, 2);
  const answer = await ask(instances.at(0), 'POST', '/api/v1/reservations', { client_id: client, slot_id: slot });
  if (answer.status !== 201) throw new Error(answer.text);
  return { client, rival, slot, otherSlot, reservation: (answer.body as { reservation_id: Id }).reservation_id };
}

/** Sends one request about a hold, with an Idempotency-Key if `key` is given. */
export type Send = (instances: Instances, hold: ExpiringHold, key?: string) => Promise<Answered>;

const keyed = (key?: string): Record<string, string> => (key === undefined ? {} : { 'idempotency-key': key });

const change =
  (verb: string, instance: number, more: (hold: ExpiringHold) => object = () => ({})): Send =>
  (instances, hold, key) =>
    ask(
      instances.at(instance),
      'POST',
      `/api/v1/reservations/${hold.reservation}/${verb}`,
      { client_id: hold.client, ...more(hold) },
      keyed(key),
    );

export const confirm = change('confirm', 1);
export const cancel = change('cancel', 1);
export const extend = change('extend', 2);
export const reschedule = change('reschedule', 2, ({ otherSlot }) => ({ slot_id: otherSlot }));

export const confirmOnFixedPath: Send = (instances, { client, reservation }, key) =>
  ask(instances.at(0), 'PUT', '/client/confirm', { client_id: client, reservation_id: reservation }, keyed(key));

export const holdByRival: Send = (instances, { rival, slot }, key) =>
  ask(instances.at(2), 'POST', '/client/reserve', { client_id: rival, timeslot_id: slot }, keyed(key));

export const sweep: Send = (instances, _hold, key) =>
  ask(instances.at(0), 'PUT', '/provider/expiredReservations', undefined, keyed(key));

/** The statuses in a reservation's history. */
export async function readStatuses(test: TestDatabase, reservation: Id): Promise<string[]> {
  const { rows } = await test.database.read((reader) =>
    sql<{ status: string }>`
      select status from reservation_event where reservation_id = ${reservation} order by id`.execute(reader),
  );
  return rows.map((row) => row.status);
}

/** A slot's units with a live claim: the sum of its reservations, and the counter in its row. */
export async function readUnits(test: TestDatabase, slot: Id): Promise<{ live: number; claimed: number }> {
  const { rows } = await test.database.read((reader) =>
    sql<{ live: number; claimed: number }>`
      select claimed, coalesce((select sum(quantity) from reservation
                                 where slot_id = slot.id and status in ('held', 'confirmed')), 0)::integer as live
        from slot where id = ${slot}`.execute(reader),
  );
  const [units] = rows;
  if (units === undefined) throw new Error(`there is no slot ${slot}`);
  return units;
}
