import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Adapter,
  type Booking,
  type Partition,
  SupplierFailure,
  type UpstreamSlot,
} from '../../../src/modules/supply/adapters/adapter.ts';
import { createAdapter } from '../../../src/modules/supply/adapters/create-adapter.ts';
import type { SupplierHttpOptions } from '../../../src/modules/supply/adapters/supplier-http.ts';
import type { Supplier } from '../../../src/modules/supply/supplier/supplier.ts';
import { type RunningSimulator, startSimulator } from '../../../src/simulator/index.ts';
import { MovedClock } from './moved-clock.ts';
import { apiKey, supplierAt } from './supplier-at.ts';

const NOW = '2026-12-02T17:00:00Z';
const KEY = 'an-api-key';
const TOTAL_MS = 1_000;
/** Shorter than in earnest, so that a fault is over soon; a body that drips ends with the total. */
const LIMITS = { connectMs: 400, answerMs: 300, idleMs: 300, totalMs: TOTAL_MS } as const;

/** The failure a call ends with; anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<SupplierFailure> {
  const outcome = await call.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof SupplierFailure) return outcome;
  throw new Error(`no SupplierFailure: ${JSON.stringify(outcome)}`, { cause: outcome });
}

export const never = new AbortController().signal;

/** Which faults leave a pull without an answer, and whether that is known only after it began. */
const BREAKING = [
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

export interface AdapterCase {
  readonly kind: Supplier['adapter'];
  /** A part with slots of which at least one has room for one unit. */
  readonly part: Partition;
  /** What of a slot as the wire has it ours must match. */
  raw(simulator: RunningSimulator): Promise<readonly { id: unknown; amount: number; remaining: number }[]>;
}

/** What every adapter must do, against a supplier that is played over real HTTP. */
export function adapterSuite({ kind, part, raw }: AdapterCase): void {
  describe(`the ${kind} adapter`, () => {
    let simulator: RunningSimulator;
    let clock: MovedClock;
    let answered: number;
    const watch = {
      answered() {
        answered += 1;
      },
    };
    const adapter = (options: Partial<SupplierHttpOptions> = {}, changes: Partial<Supplier> = {}): Adapter =>
      createAdapter(supplierAt(simulator.url, kind, { apiKey: apiKey(KEY), ...changes }), {
        ...LIMITS,
        nowMs: () => clock.wallMs(),
        ...options,
      });
    const pull = (options: Partial<SupplierHttpOptions> = {}) => adapter(options).pull(part, watch, never);

    async function aSlot(): Promise<UpstreamSlot> {
      const slot = (await pull()).find(({ remaining }) => remaining > 0);
      if (!slot) throw new Error('the supplier has something to sell');
      return slot;
    }

    const bookingOf = ({ id }: UpstreamSlot, changes: Partial<Booking> = {}): Booking => ({
      key: 'key-1',
      slot: id,
      quantity: 1,
      reference: 'res-1',
      ...changes,
    });

    beforeEach(async () => {
      clock = new MovedClock(NOW);
      answered = 0;
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

    describe('pulls', () => {
      it('everything there is in one request, in order, with ids and prices as they came', async () => {
        const slots = await pull();
        expect(simulator.log()).toHaveLength(1);
        expect(answered).toBe(1);
        expect(slots.length).toBeGreaterThan(0);
        const told = slots.map(({ id, price, remaining }) => ({ id, amount: price.final, remaining }));
        const expected = (await raw(simulator)).map((row) => ({ ...row, amount: String(row.amount) }));
        expect(new Set(told.map((row) => JSON.stringify(row)))).toEqual(
          new Set(expected.map((r) => JSON.stringify(r))),
        );
        expect(slots.map(({ startsAt }) => startsAt)).toEqual(slots.map(({ startsAt }) => startsAt).sort());
        for (const { startsAt, endsAt } of slots) {
          expect([startsAt, endsAt]).toEqual([startsAt, endsAt].map((text) => new Date(text).toISOString()));
          expect(endsAt > startsAt).toBe(true);
        }
      });

      it.each([0.1, 19.99, 1.0001, 12_345_678_901.2345, 99_999_999_999.9999])('%d with its digits', async (amount) => {
        const { id } = await aSlot();
        simulator.setPrice(id, amount);
        const slot = (await pull()).find((each) => each.id === id);
        expect(slot?.price.final).toBe(String(amount));
      });

      it.each([-1, 0.00001, 100_000_000_000])('nothing when an amount is %d', async (amount) => {
        const { id } = await aSlot();
        simulator.setPrice(id, amount);
        expect((await failureOf(pull())).message).toMatch(/price/);
      });

      it.each(['duplicated', 'reordered'] as const)('the same when the answer is %s', async (fault) => {
        const usual = await pull();
        simulator.setFaults({ [fault]: { next: 1 } });
        expect(await pull()).toEqual(usual);
        expect(simulator.log().at(-1)?.fault).toBe(fault);
      });

      it('what it told before without what is gone, or sold', async () => {
        const usual = await pull();
        const [first, second] = usual;
        if (!first || !second) throw new Error('the supplier has two slots');
        simulator.vanish(first.id);
        simulator.sell(second.id, second.remaining);
        const told = new Map((await pull()).map((slot) => [slot.id, slot.remaining]));
        expect(told.has(first.id)).toBe(false);
        const { absence } = adapter();
        expect(told.get(second.id)).toBe(absence === 'gone' ? 0 : undefined);
      });
    });

    describe('a pull', () => {
      it.each(BREAKING)('that meets %s fails after one request, in bounded time', async (fault, begins) => {
        simulator.setFaults({ [fault]: { probability: 1 } });
        const startedAt = performance.now();
        const { message } = await failureOf(pull());
        expect(performance.now() - startedAt).toBeLessThan(TOTAL_MS + 500);
        expect(message).toMatch(/^[^\p{C}]{1,260}$/u);
        expect(message).not.toContain(KEY);
        // A body that moves is not idle: only the total ends it.
        if (fault === 'drip') expect(message).toBe(`GET was not over within ${TOTAL_MS} ms`);
        expect(answered).toBe(begins ? 1 : 0);
        simulator.setFaults({});
        await pull();
        expect(simulator.log().map((entry) => entry.fault)).toEqual([fault, undefined]);
      });

      it('that is over a limit says when the next one may be sent', async () => {
        await using limited = await startSimulator({ kind, clock, limits: ['1/1h'] });
        const limitedAdapter = createAdapter(supplierAt(limited.url, kind), { ...LIMITS, nowMs: () => clock.wallMs() });
        await limitedAdapter.pull(part, watch, never);
        clock.advance(60_000);
        expect(await failureOf(limitedAdapter.pull(part, watch, never))).toMatchObject({ retryAfterMs: 59 * 60_000 });
        expect(limited.log()).toHaveLength(2);
      });

      it('with a wrong key fails, and does not tell it', async () => {
        const wrong = adapter({}, { apiKey: apiKey('hunter2') });
        const { message, retryAfterMs } = await failureOf(wrong.pull(part, watch, never));
        expect(message).toBe('answered 401: {"error":"x-api-key is wrong"}');
        expect(retryAfterMs).toBeUndefined();
      });

      it('that is called off ends at once, and is not sent when it was called off before', async () => {
        simulator.setFaults({ timeout: { probability: 1 } });
        const off = new AbortController();
        const patient = { answerMs: 60_000, totalMs: 60_000 };
        const called = adapter(patient).pull(part, { answered: () => {} }, off.signal);
        off.abort();
        expect((await failureOf(called)).message).toBe('GET was called off');
        const sent = simulator.log().length;
        await failureOf(adapter().pull(part, watch, off.signal));
        expect(simulator.log()).toHaveLength(sent);
      });

      it('from nobody fails', async () => {
        await simulator[Symbol.asyncDispose]();
        expect((await failureOf(pull())).message).toBe('GET failed with ECONNREFUSED');
        simulator = await startSimulator({ kind, clock });
      });
    });

    describe('bookings', () => {
      it('reach the supplier with slot, quantity and reference, and free it again', async () => {
        const slot = await aSlot();
        const answer = await adapter().book(bookingOf(slot), never);
        if (answer.kind !== 'booked') throw new Error(answer.reason);
        const held = { id: answer.id, key: 'key-1', reference: 'res-1', unitId: slot.id, quantity: 1 };
        expect(simulator.bookings()).toEqual([{ ...held, cancelled: false }]);
        await adapter().cancel(answer.id, never);
        expect(simulator.bookings()).toEqual([{ ...held, cancelled: true }]);
      });

      it('keep the kind of every id, the slot’s and their own', async () => {
        const slots = (await pull()).filter(({ remaining }) => remaining > 0);
        const booked = [];
        for (const [index, slot] of slots.slice(0, 4).entries()) {
          const answer = await adapter().book(bookingOf(slot, { key: `key ${index}` }), never);
          if (answer.kind === 'booked') booked.push([answer.id, slot.id]);
        }
        expect(booked.length).toBeGreaterThan(1);
        expect(new Set(booked.map(([id]) => typeof id))).toEqual(new Set(['string', 'number']));
        expect(simulator.bookings().map(({ id, unitId }) => [id, unitId])).toEqual(booked);
      });

      it.each(['lost-acknowledgement', 'error-after', 'error-before'] as const)(
        'are one, with the same key, after %s',
        async (fault) => {
          const slot = await aSlot();
          simulator.setFaults({ [fault]: { next: 1 } });
          await failureOf(adapter().book(bookingOf(slot), never));
          expect(simulator.bookings()).toHaveLength(fault === 'error-before' ? 0 : 1);
          const answer = await adapter().book(bookingOf(slot), never);
          expect(simulator.bookings()).toHaveLength(1);
          expect(answer).toEqual({ kind: 'booked', id: simulator.bookings()[0]?.id });
        },
      );

      it('are refused when the slot is sold, and when it is no more', async () => {
        const slot = await aSlot();
        simulator.sell(slot.id, slot.remaining);
        const served = adapter();
        await served.pull(part, watch, never);
        const sold = await served.book(bookingOf(slot), never);
        expect(sold).toEqual({ kind: 'refused', reason: 'answered 409: {"error":"sold out"}' });
        simulator.vanish(slot.id);
        expect((await served.book(bookingOf(slot, { key: 'key-2' }), never)).kind).toBe('refused');
      });

      it('are rejected when the key came with another, or the request makes no sense', async () => {
        const slot = await aSlot();
        await adapter().book(bookingOf(slot), never);
        expect((await adapter().book(bookingOf(slot, { reference: 'res-2' }), never)).kind).toBe('rejected');
        expect((await adapter().book(bookingOf(slot, { key: 'key-2', quantity: 0 }), never)).kind).toBe('rejected');
      });

      it('fail with a wrong key, since it may be put right', async () => {
        const slot = await aSlot();
        const wrong = adapter({}, { apiKey: apiKey('wrong') });
        expect((await failureOf(wrong.book(bookingOf(slot), never))).message).toContain('401');
        expect((await failureOf(wrong.cancel('B1', never))).message).toContain('401');
      });
    });

    describe('a cancellation', () => {
      it('may come twice, or for what was never booked', async () => {
        const slot = await aSlot();
        const served = adapter();
        const answer = await served.book(bookingOf(slot), never);
        if (answer.kind !== 'booked') throw new Error(answer.reason);
        await served.cancel(answer.id, never);
        await served.cancel(answer.id, never);
        await served.cancel('never/booked?', never);
        expect((await aSlot()).remaining).toBe(slot.remaining);
      });

      it.each(['lost-acknowledgement', 'error-after', 'error-before'] as const)(
        'is over when it is sent again after %s',
        async (fault) => {
          const answer = await adapter().book(bookingOf(await aSlot()), never);
          if (answer.kind !== 'booked') throw new Error(answer.reason);
          simulator.setFaults({ [fault]: { next: 1 } });
          await failureOf(adapter().cancel(answer.id, never));
          await adapter().cancel(answer.id, never);
          expect(simulator.bookings().map(({ cancelled }) => cancelled)).toEqual([true]);
        },
      );
    });
  });
}
