import { expect, it } from 'vitest';
import { onPostgres } from '../support/database/test-database.ts';
import { type Instances, openInstances } from '../support/server/instances.ts';
import { type Ask, asOperator, asRole, OPERATOR_KEY } from '../support/server/principals.ts';
import type { Answered } from '../support/server/test-app.ts';

const ENV = {
  ...{ AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT: 'off', RATE_LIMIT_ANONYMOUS: 'off' },
  MAX_LIVE_HOLDS: '1000',
};
const INSTANCES = 2;
/** Reservations that move at the same time, each between slots of its own. */
const LANES = 4;
const ROUNDS = 30;
/** Moves of a reservation before the providers try to cancel it, at most. */
const MOVES = 10;

interface Reservation {
  readonly reservation_id: number;
  readonly provider_id: number;
  readonly slot_id: number;
  readonly status: string;
}

/** A provider, and its slots: one for each lane. */
interface Owner {
  readonly id: number;
  readonly slots: readonly number[];
  readonly ask: Ask;
}

interface Fixture {
  readonly instances: Instances;
  readonly operators: readonly Ask[];
  readonly owners: readonly [Owner, Owner];
  readonly client: number;
}

/** Sends a provider's request. The control has another way than the program's. */
type Act = (owner: Owner, method: 'GET' | 'POST', url: string, reservation: number) => Promise<Answered>;

/** Requests that the providers sent, how many of them were answered, and what they must not have been answered. */
interface Result {
  requests: number;
  moves: number;
  shown: number;
  cancelled: number;
  readonly violations: string[];
}

async function prepare(instances: Instances): Promise<Fixture> {
  const operators = instances.apps.map(asOperator);
  const [operator] = operators;
  if (operator === undefined) throw new Error('there is no instance');
  const make = async <T>(url: string, body: object): Promise<T> => {
    const answer = await operator('POST', url, body);
    expect(answer.status, answer.text).toBe(201);
    return answer.body as T;
  };
  const name = { first_name: 'A', last_name: 'B' };
  const makeOwner = async (at: number): Promise<Owner> => {
    const { provider_id: id } = await make<{ provider_id: number }>('/api/v1/providers', name);
    const range = { start_time: '2099-03-17T09:00:00Z', end_time: `2099-03-17T${9 + LANES / 4}:00:00Z` };
    const offered = await make<{ slots: { slot_id: number }[] }>(`/api/v1/providers/${id}/availability`, {
      ranges: [range],
    });
    const slots = offered.slots.map(({ slot_id }) => slot_id);
    return { id, slots, ask: await asRole(instances.at(at), 'provider', id) };
  };
  const owners = [await makeOwner(0), await makeOwner(1)] as const;
  const { client_id } = await make<{ client_id: number }>('/api/v1/clients', name);
  return { instances, operators, owners, client: client_id };
}

/**
 * Moves reservations back and forth between slots of two providers while both read, list and cancel them. Judges the
 * states that they are shown and their cancellations. Each reservation ends with a cancellation, and another begins.
 */
async function race(fixture: Fixture, act: Act): Promise<Result> {
  const result: Result = { requests: 0, moves: 0, shown: 0, cancelled: 0, violations: [] };
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (let round = 0; round < ROUNDS; round += 1) await raceOne(fixture, act, lane, round, result);
  });
  await Promise.all(lanes);
  return result;
}

async function raceOne(fixture: Fixture, act: Act, lane: number, round: number, result: Result): Promise<void> {
  const { operators, owners, client } = fixture;
  const operator = operators[round % operators.length] as Ask;
  const slotOf = (owner: Owner) => owner.slots[lane];
  const made = await operator('POST', '/api/v1/reservations', { client_id: client, slot_id: slotOf(owners[0]) });
  expect(made.status, made.text).toBe(201);
  const { reservation_id: id } = made.body as Reservation;
  const url = `/api/v1/reservations/${id}`;
  let isOver = false;
  let moves = 0;

  async function move(): Promise<void> {
    while (!isOver) {
      moves += 1;
      const target = owners[moves % 2] as Owner;
      const { status } = await operator('POST', `${url}/reschedule`, { slot_id: slotOf(target), client_id: client });
      if (status === 200) result.moves += 1;
    }
  }
  async function watch(owner: Owner): Promise<void> {
    const judge = (what: string, { status, body }: Answered) => {
      const shown =
        status === 200 ? ((body as { reservations?: Reservation[] }).reservations ?? [body as Reservation]) : [];
      result.requests += 1;
      result.shown += shown.length;
      for (const { provider_id, slot_id } of shown) {
        const isOwn = provider_id === owner.id && owner.slots.includes(slot_id);
        if (!isOwn) result.violations.push(`${what}: provider ${owner.id} was shown slot ${slot_id} of ${provider_id}`);
      }
      return status;
    };
    while (!isOver) {
      judge('read', await act(owner, 'GET', url, id));
      judge('list', await owner.ask('GET', `/api/v1/reservations?provider_id=${owner.id}&live=true`));
      if (moves <= round % MOVES) continue;
      const status = judge('cancel', await act(owner, 'POST', `${url}/cancel`, id));
      if (status !== 200) continue;
      isOver = true;
      result.cancelled += 1;
      const history = (await operator('GET', `${url}/history`)).body as { history: Reservation[] };
      const cancelled = history.history.filter((event) => event.status === 'cancelled');
      expect(cancelled).toHaveLength(1);
      const slot = cancelled[0]?.slot_id ?? 0;
      if (!owner.slots.includes(slot)) result.violations.push(`cancel: provider ${owner.id} cancelled on slot ${slot}`);
    }
  }
  await Promise.all([move(), ...owners.map(watch)]);
}

onPostgres('ownership of a reservation that moves', (open) => {
  async function run(actIn: (fixture: Fixture) => Act): Promise<Result> {
    await using instances = await openInstances(open(), INSTANCES, undefined, ENV);
    const fixture = await prepare(instances);
    return await race(fixture, actIn(fixture));
  }

  it('a provider reads, lists and cancels a reservation only while it is on its slot', async () => {
    const result = await run(() => (owner, method, url) => owner.ask(method, url, method === 'POST' ? {} : undefined));
    expect(result.violations).toEqual([]);
    expect(result.cancelled).toBe(LANES * ROUNDS);
    expect(result.moves).toBeGreaterThan(LANES * ROUNDS);
    process.stdout.write(
      `ownership: ${result.moves} moves, ${result.requests} requests, ${result.shown} shown, ${result.cancelled} cancelled\n`,
    );
  });

  it('control: a check of the owner before the act lets a provider read and cancel what has left its slot', async () => {
    const result = await run(({ operators, client }) => async (owner, method, url, reservation) => {
      const operator = operators[0] as Ask;
      const found = await operator('GET', `/api/v1/reservations/${reservation}`);
      if ((found.body as Reservation).provider_id !== owner.id) return { ...found, status: 404 };
      return operator(method, url, method === 'POST' ? { client_id: client } : undefined);
    });
    const kindsOf = new Set(result.violations.map((violation) => violation.split(':')[0]));
    expect(kindsOf).toEqual(new Set(['read', 'cancel']));
    process.stdout.write(`ownership, control: ${result.violations.length} violations of ${result.requests} requests\n`);
  });
});
