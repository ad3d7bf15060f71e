import type { Database } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';
import type { Random } from '../../../src/platform/seeded-random.ts';
import { addClients, addSlots } from '../database/seed-tables.ts';

const SLOTS = 50;
/** Requests under way at a time. */
const BUYERS = 8;
const TYPES = { confirm: 'confirmed', cancel: 'cancelled', reschedule: 'rescheduled', extend: 'extended' } as const;
type Verb = keyof typeof TYPES;
/** The changes of holds after they are made; those that neither confirm nor cancel expire. */
const COURSES: readonly (readonly Verb[])[] = [
  [],
  ['extend'],
  ['reschedule'],
  ['confirm'],
  ['cancel'],
  ['reschedule', 'confirm'],
  ['extend', 'reschedule', 'confirm', 'cancel'],
  ['confirm', 'reschedule', 'cancel'],
  ['reschedule', 'extend', 'cancel'],
];

/** Clients that hold, confirm, cancel, move and extend on several instances, of which some may end meanwhile. */
export interface ReservationLoad {
  /** Changes that were answered with success: `7 reservation.confirmed`. */
  readonly acknowledged: readonly string[];
  /** Requests that ended without an answer. */
  readonly unanswered: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Makes reservations and lets each take a course. */
  run(reservations: number): Promise<void>;
}

/** @param ports the instances that serve now */
export async function openReservationLoad(
  database: Database,
  random: Random,
  ports: () => readonly number[],
): Promise<ReservationLoad> {
  const slots = await addSlots(database, SLOTS, 1_000);
  const acknowledged: string[] = [];
  const statuses = new Map<number, number>();
  let unanswered = 0;

  async function send(path: string, body: object): Promise<{ readonly reservation_id?: Id } | undefined> {
    const url = `http://127.0.0.1:${random.pick(ports())}/api/v1/reservations${path}`;
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const answered = (await answer.json()) as { readonly reservation_id?: Id };
      return answer.ok ? answered : undefined;
    } catch {
      unanswered += 1;
      return undefined;
    }
  }

  async function takeCourse(client_id: Id): Promise<void> {
    const held = await send('', { client_id, slot_id: random.pick(slots) });
    const id = held?.reservation_id;
    if (id === undefined) return;
    acknowledged.push(`${id} reservation.held`);
    for (const verb of random.pick(COURSES)) {
      const more = verb === 'reschedule' ? { slot_id: random.pick(slots) } : {};
      const changed = await send(`/${id}/${verb}`, { client_id, ...more });
      // A move to the slot that it has already changes nothing.
      if (changed && verb !== 'reschedule') acknowledged.push(`${id} reservation.${TYPES[verb]}`);
    }
  }

  return {
    acknowledged,
    statuses,
    get unanswered() {
      return unanswered;
    },
    async run(reservations) {
      const clients = await addClients(database, reservations);
      const buy = async () => {
        for (let client = clients.shift(); client !== undefined; client = clients.shift()) await takeCourse(client);
      };
      await Promise.all(Array.from({ length: BUYERS }, buy));
    },
  };
}
