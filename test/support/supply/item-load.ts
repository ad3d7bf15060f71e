import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../src/platform/seeded-random.ts';

/** A request that was answered for good. */
interface Definite {
  readonly status: number;
  readonly body: unknown;
}

export interface ItemLoadOptions {
  readonly random: Random;
  readonly clientIds: readonly number[];
  readonly itemIds: readonly number[];
  /** How many bookings are to be made. */
  readonly bookings: number;
  readonly buyers: number;
  readonly cancelled: number;
  /** The servers that run, at any moment. */
  readonly ports: () => readonly number[];
}

/** Clients who book items until so many are booked, ask again until they are told, and cancel some at any moment. */
export class ItemLoad {
  readonly bookedIds = new Set<number>();
  readonly cancelledIds = new Set<number>();
  readonly problems: string[] = [];
  sendings = 0;
  refusals = 0;
  readonly #options: ItemLoadOptions;
  #requests = 0;

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
    this.#requests += 1;
    const key = `booking-${this.#requests}`;
    const quantity = random.chance(0.2) ? 2 : 1;
    const order = { client_id: random.pick(clientIds), item_id: random.pick(itemIds), quantity };
    const { status, body } = await this.#ask('POST', '/api/bookings', order, { 'idempotency-key': key });
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
    const { status } = await this.#ask('DELETE', `/api/bookings/${bookingId}`);
    // 409: it was in conflict before.
    if (status === 204) this.cancelledIds.add(bookingId);
    else if (status !== 409) this.problems.push(`cancelling ${bookingId} was answered ${status}`);
  }

  /** Asks any server, until one has said what is so. */
  async #ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Definite> {
    for (;;) {
      const ports = this.#options.ports();
      if (ports.length === 0) {
        await delay(20);
        continue;
      }
      const port = this.#options.random.pick(ports);
      this.sendings += 1;
      try {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
          method,
          headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(15_000),
        });
        const text = await answer.text();
        const said: unknown = text === '' ? undefined : JSON.parse(text);
        const isRunning = (said as { type?: string } | undefined)?.type?.endsWith(':request-still-running');
        if (answer.status < 500 && !isRunning) return { status: answer.status, body: said };
      } catch {
        // No answer: it may or may not have been done.
      }
      await delay(20);
    }
  }
}
