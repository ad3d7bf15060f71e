import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../src/platform/seeded-random.ts';

/** An answer that will not change on a retry. */
interface FinalAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ItemLoadOptions {
  readonly random: Random;
  readonly clientIds: readonly number[];
  readonly itemIds: readonly number[];
  /** Bookings to make. */
  readonly bookings: number;
  /** Clients that book at the same time. */
  readonly buyers: number;
  /** Share of bookings that are cancelled. */
  readonly cancelled: number;
  /** The ports of the servers that run at the moment of the call. */
  readonly ports: () => readonly number[];
}

/**
 * Clients that book items, repeat each request until its answer is final, and cancel some bookings at random moments.
 */
export class ItemLoad {
  readonly bookedIds = new Set<number>();
  readonly cancelledIds = new Set<number>();
  readonly problems: string[] = [];
  requestsSent = 0;
  refusals = 0;
  readonly #options: ItemLoadOptions;
  #bookingKeys = 0;

  constructor(options: ItemLoadOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const cancels: Promise<void>[] = [];
    await Promise.all(
      Array.from({ length: this.#options.buyers }, async () => {
        while (this.bookedIds.size < this.#options.bookings) await this.#bookOne(cancels);
      }),
    );
    await Promise.all(cancels);
  }

  async #bookOne(cancels: Promise<void>[]): Promise<void> {
    const { random, clientIds, itemIds, cancelled } = this.#options;
    this.#bookingKeys += 1;
    const key = `booking-${this.#bookingKeys}`;
    const quantity = random.chance(0.2) ? 2 : 1;
    const order = { client_id: random.pick(clientIds), item_id: random.pick(itemIds), quantity };
    const { status, body } = await this.#send('POST', '/api/bookings', order, { 'idempotency-key': key });
    if (status !== 201) {
      this.refusals += 1;
      if (status !== 409) this.problems.push(`a booking was answered ${status}`);
      return;
    }
    const { booking_id } = body as { booking_id: number };
    this.bookedIds.add(booking_id);
    if (random.chance(cancelled)) cancels.push(this.#cancel(booking_id, random.integer(0, 1_500)));
  }

  async #cancel(bookingId: number, afterMs: number): Promise<void> {
    await delay(afterMs);
    const { status } = await this.#send('DELETE', `/api/bookings/${bookingId}`);
    // 409: the booking was already in conflict.
    if (status === 204) this.cancelledIds.add(bookingId);
    else if (status !== 409) this.problems.push(`cancelling ${bookingId} was answered ${status}`);
  }

  /** Sends a request to any server until one returns a final answer. */
  async #send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<FinalAnswer> {
    for (;;) {
      const ports = this.#options.ports();
      if (ports.length === 0) {
        await delay(20);
        continue;
      }
      const port = this.#options.random.pick(ports);
      this.requestsSent += 1;
      try {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(15_000),
        });
        const text = await response.text();
        const answer: unknown = text === '' ? undefined : JSON.parse(text);
        const isRunning = (answer as { type?: string } | undefined)?.type?.endsWith(':request-still-running');
        if (response.status < 500 && !isRunning) return { status: response.status, body: answer };
      } catch {
        // Without an answer, the request may or may not have had its effect.
      }
      await delay(20);
    }
  }
}
