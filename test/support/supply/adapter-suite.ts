import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Adapter,
  type BookingRequest,
  SupplierFailure,
  type UpstreamSlot,
} from '../../../src/modules/supply/adapters/adapter.ts';
import { createAdapter } from '../../../src/modules/supply/adapters/create-adapter.ts';
import type { SupplierHttpOptions } from '../../../src/modules/supply/adapters/supplier-http.ts';
import type { Partition } from '../../../src/modules/supply/supplier/partition.ts';
import type { Supplier } from '../../../src/modules/supply/supplier/supplier.ts';
import { toMicroseconds } from '../../../src/platform/time/instant.ts';
import { type RunningSimulator, startSimulator } from '../../../src/simulator/index.ts';
import { ManualClock } from './manual-clock.ts';
import { apiKey, supplierAt } from './supplier-at.ts';

const NOW = '2026-12-02T17:00:00Z';
const KEY = 'an-api-key';
const TOTAL_MS = 1_000;
/** Shorter than in service, so that faults end soon. A body that drips ends with the total timeout. */
const LIMITS = { connectMs: 400, answerMs: 300, idleMs: 300, totalMs: TOTAL_MS } as const;

/** The `SupplierFailure` of a call. Any other outcome fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<SupplierFailure> {
  const outcome = await call.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof SupplierFailure) return outcome;
  throw new Error(`no SupplierFailure: ${JSON.stringify(outcome)}`, { cause: outcome });
}

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** Faults that leave a pull without a usable answer, each with whether the answer begins. */
const BREAKING_FAULTS = [
  ['too-many', true],
  ['error', true],
  ['redirect', true],
  ['timeout', false],
  ['reset-before-headers', false],
  ['reset-after-headers', true],
  ['truncated', true],
  ['invalid-json', true],
  ['wrong-shape', true],
  ['huge', true],
  ['drip', true],
] as const;

const WRITE_FAULTS = ['lost-acknowledgement', 'error-after', 'error-before'] as const;

export interface AdapterCase {
  readonly kind: Supplier['adapter'];
  /** A partition with at least two slots, of which at least one has units left. */
  readonly partition: Partition;
  /** The fields of each slot on the wire that the adapter must return unchanged. */
  readWire(simulator: RunningSimulator): Promise<readonly { id: unknown; amount: number; remaining: number }[]>;
}

/** The shared suite of all adapters, against a simulated supplier over real HTTP. */
export function adapterSuite({ kind, partition, readWire }: AdapterCase): void {
  describe(`${kind} adapter`, () => {
    let simulator: RunningSimulator;
    let clock: ManualClock;
    let answers: number;
    const listener = {
      answered() {
        answers += 1;
      },
    };
    const adapter = (options: Partial<SupplierHttpOptions> = {}, changes: Partial<Supplier> = {}): Adapter =>
      createAdapter(supplierAt(simulator.url, kind, { apiKey: apiKey(KEY), ...changes }), {
        ...LIMITS,
        nowMs: () => clock.wallMs(),
        ...options,
      });
    const pull = (options: Partial<SupplierHttpOptions> = {}) => adapter(options).pull(partition, listener, never);

    async function slotOnSale(): Promise<UpstreamSlot> {
      const slot = (await pull()).find(({ remaining }) => remaining > 0);
      if (!slot) throw new Error('the simulated supplier has nothing left');
      return slot;
    }

    const requestFor = ({ id }: UpstreamSlot, changes: Partial<BookingRequest> = {}): BookingRequest => ({
      key: 'key-1',
      slot: id,
      quantity: 1,
      reference: 'res-1',
      ...changes,
    });

    beforeEach(async () => {
      clock = new ManualClock(NOW);
      answers = 0;
      simulator = await startSimulator({
        kind,
        clock,
        apiKey: KEY,
        basePath: '/a/path',
        syntheticProducts: 2,
        dripMs: 5,
      });
    });
    afterEach(() => simulator[Symbol.asyncDispose]());

    describe('pull', () => {
      it('a pull sends one request and returns all slots in order, with ids and prices unchanged', async () => {
        const slots = await pull();
        expect(simulator.log()).toHaveLength(1);
        expect(answers).toBe(1);
        expect(slots.length).toBeGreaterThan(0);
        const pulled = slots.map(({ id, price, remaining }) => ({ id, amount: price.final, remaining }));
        const expected = (await readWire(simulator)).map((row) => ({ ...row, amount: String(row.amount) }));
        expect(new Set(pulled.map((row) => JSON.stringify(row)))).toEqual(
          new Set(expected.map((row) => JSON.stringify(row))),
        );
        expect(slots.map(({ startsAt }) => startsAt)).toEqual(slots.map(({ startsAt }) => startsAt).sort());
        for (const { startsAt, endsAt } of slots) {
          expect([startsAt, endsAt]).toEqual(
            [startsAt, endsAt].map((text) => toMicroseconds(Temporal.Instant.from(text))),
          );
          expect(endsAt > startsAt).toBe(true);
        }
      });

      it.each([0.1, 19.99, 1.0001, 12_345_678_901.2345, 99_999_999_999.9999])(
        'a pull keeps the digits of the amount %d',
        async (amount) => {
          const { id } = await slotOnSale();
          simulator.setPrice(id, amount);
          const slot = (await pull()).find((each) => each.id === id);
          expect(slot?.price.final).toBe(String(amount));
        },
      );

      it.each([-1, 0.00001, 100_000_000_000])('a pull refuses an answer with the amount %d', async (amount) => {
        const { id } = await slotOnSale();
        simulator.setPrice(id, amount);
        expect((await failureOf(pull())).message).toMatch(/price/);
      });

      it.each(['duplicated', 'reordered'] as const)('a pull returns the same slots from a %s answer', async (fault) => {
        const usual = await pull();
        simulator.setFaults({ [fault]: { next: 1 } });
        expect(await pull()).toEqual(usual);
        expect(simulator.log().at(-1)?.fault).toBe(fault);
      });

      it('a pull leaves out a slot that vanished, and shows or leaves out a sold-out one as `absence` states', async () => {
        const usual = await pull();
        const [first, second] = usual;
        if (!first || !second) throw new Error('the simulated supplier has fewer than two slots');
        simulator.vanish(first.id);
        simulator.sell(second.id, second.remaining);
        const remaining = new Map((await pull()).map((slot) => [slot.id, slot.remaining]));
        expect(remaining.has(first.id)).toBe(false);
        const { absence } = adapter();
        expect(remaining.get(second.id)).toBe(absence === 'gone' ? 0 : undefined);
      });

      it.each(BREAKING_FAULTS)(
        'a pull that meets %s fails after one request, in bounded time',
        async (fault, begins) => {
          simulator.setFaults({ [fault]: { probability: 1 } });
          const startedAt = performance.now();
          const { message } = await failureOf(pull());
          expect(performance.now() - startedAt).toBeLessThan(TOTAL_MS + 500);
          expect(message).toMatch(/^[^\p{C}]{1,260}$/u);
          expect(message).not.toContain(KEY);
          // A body that keeps moving is not idle, so only the total timeout ends it.
          if (fault === 'drip') expect(message).toBe(`GET did not complete within ${TOTAL_MS} ms`);
          expect(answers).toBe(begins ? 1 : 0);
          simulator.setFaults({});
          await pull();
          expect(simulator.log().map((entry) => entry.fault)).toEqual([fault, undefined]);
        },
      );

      it('a pull over a limit fails with the time to wait', async () => {
        await using limited = await startSimulator({ kind, clock, limits: ['1/1h'] });
        const limitedAdapter = createAdapter(supplierAt(limited.url, kind), { ...LIMITS, nowMs: () => clock.wallMs() });
        await limitedAdapter.pull(partition, listener, never);
        clock.advance(60_000);
        expect(await failureOf(limitedAdapter.pull(partition, listener, never))).toMatchObject({
          retryAfterMs: 59 * 60_000,
        });
        expect(limited.log()).toHaveLength(2);
      });

      it('a pull with a wrong key fails, and the message does not contain the key', async () => {
        const wrong = adapter({}, { apiKey: apiKey('hunter2') });
        const { message, retryAfterMs } = await failureOf(wrong.pull(partition, listener, never));
        expect(message).toBe('answered 401: {"error":"x-api-key is wrong"}');
        expect(retryAfterMs).toBeUndefined();
      });

      it('an aborted pull ends at once, and is not sent if it was aborted before', async () => {
        simulator.setFaults({ timeout: { probability: 1 } });
        const aborted = new AbortController();
        const patient = { answerMs: 60_000, totalMs: 60_000 };
        const running = adapter(patient).pull(partition, { answered: () => {} }, aborted.signal);
        aborted.abort();
        expect((await failureOf(running)).message).toBe('GET was aborted');
        const sent = simulator.log().length;
        await failureOf(adapter().pull(partition, listener, aborted.signal));
        expect(simulator.log()).toHaveLength(sent);
      });

      it('a pull fails if nothing listens at the address', async () => {
        await simulator[Symbol.asyncDispose]();
        expect((await failureOf(pull())).message).toBe('GET failed with ECONNREFUSED');
        simulator = await startSimulator({ kind, clock });
      });
    });

    describe('book', () => {
      it('a booking reaches the supplier with slot, quantity and reference, and can be cancelled', async () => {
        const slot = await slotOnSale();
        const answer = await adapter().book(requestFor(slot), never);
        if (answer.kind !== 'booked') throw new Error(answer.reason);
        const held = { id: answer.id, key: 'key-1', reference: 'res-1', unitId: slot.id, quantity: 1 };
        expect(simulator.bookings()).toEqual([{ ...held, cancelled: false }]);
        await adapter().cancel(answer.id, never);
        expect(simulator.bookings()).toEqual([{ ...held, cancelled: true }]);
      });

      it('bookings keep the type of every id, of slots and of bookings', async () => {
        const slots = (await pull()).filter(({ remaining }) => remaining > 0);
        const booked = [];
        for (const [index, slot] of slots.slice(0, 4).entries()) {
          const answer = await adapter().book(requestFor(slot, { key: `key ${index}` }), never);
          if (answer.kind === 'booked') booked.push([answer.id, slot.id]);
        }
        expect(booked.length).toBeGreaterThan(1);
        expect(new Set(booked.map(([id]) => typeof id))).toEqual(new Set(['string', 'number']));
        expect(simulator.bookings().map(({ id, unitId }) => [id, unitId])).toEqual(booked);
      });

      it.each(WRITE_FAULTS)('a booking that is repeated with its key after %s is made once', async (fault) => {
        const slot = await slotOnSale();
        simulator.setFaults({ [fault]: { next: 1 } });
        await failureOf(adapter().book(requestFor(slot), never));
        expect(simulator.bookings()).toHaveLength(fault === 'error-before' ? 0 : 1);
        const answer = await adapter().book(requestFor(slot), never);
        expect(simulator.bookings()).toHaveLength(1);
        expect(answer).toEqual({ kind: 'booked', id: simulator.bookings()[0]?.id });
      });

      it('a booking is refused if the slot is sold out or does not exist', async () => {
        const slot = await slotOnSale();
        simulator.sell(slot.id, slot.remaining);
        const served = adapter();
        await served.pull(partition, listener, never);
        const soldOut = await served.book(requestFor(slot), never);
        expect(soldOut).toEqual({ kind: 'refused', reason: 'answered 409: {"error":"sold out"}' });
        simulator.vanish(slot.id);
        expect((await served.book(requestFor(slot, { key: 'key-2' }), never)).kind).toBe('refused');
      });

      it('a booking is rejected if its key was used for another one, or if it is malformed', async () => {
        const slot = await slotOnSale();
        await adapter().book(requestFor(slot), never);
        expect((await adapter().book(requestFor(slot, { reference: 'res-2' }), never)).kind).toBe('rejected');
        expect((await adapter().book(requestFor(slot, { key: 'key-2', quantity: 0 }), never)).kind).toBe('rejected');
      });

      it('a booking and a cancellation with a wrong API key fail, because the key can be corrected', async () => {
        const slot = await slotOnSale();
        const wrong = adapter({}, { apiKey: apiKey('wrong') });
        expect((await failureOf(wrong.book(requestFor(slot), never))).message).toContain('401');
        expect((await failureOf(wrong.cancel('B1', never))).message).toContain('401');
      });
    });

    describe('cancel', () => {
      it('a cancellation succeeds twice, and for a booking that never existed', async () => {
        const slot = await slotOnSale();
        const served = adapter();
        const answer = await served.book(requestFor(slot), never);
        if (answer.kind !== 'booked') throw new Error(answer.reason);
        await served.cancel(answer.id, never);
        await served.cancel(answer.id, never);
        await served.cancel('never/booked?', never);
        expect((await slotOnSale()).remaining).toBe(slot.remaining);
      });

      it.each(WRITE_FAULTS)('a cancellation succeeds when it is repeated after %s', async (fault) => {
        const answer = await adapter().book(requestFor(await slotOnSale()), never);
        if (answer.kind !== 'booked') throw new Error(answer.reason);
        simulator.setFaults({ [fault]: { next: 1 } });
        await failureOf(adapter().cancel(answer.id, never));
        await adapter().cancel(answer.id, never);
        expect(simulator.bookings().map(({ cancelled }) => cancelled)).toEqual([true]);
      });
    });
  });
}
