import type { Random } from '../../../src/platform/seeded-random.ts';
import { plain } from '../requests/bad-input-run.ts';
import { toBytes } from '../requests/senders.ts';
import { refusalViolations } from '../server/contract.ts';
import { type HttpConnection, openConnection } from '../server/http-connection.ts';
import type { BookingGround } from './booking-fixture.ts';
import { type Attempt, isDefinite, outcomeOf, reservationIdOf, type Sending } from './booking-history.ts';

/** Where the server is, which may change with every restart. */
export interface Target {
  /** Resolves when there is a server to talk to. */
  port(): Promise<number>;
}

export interface LoadOptions {
  readonly target: Target;
  readonly ground: BookingGround;
  readonly random: Random;
  /** Buyers at once, each with a connection of its own. */
  readonly buyers: number;
  /** A pause between two requests of one buyer, for a load that is not to fill the machine; none unless told. */
  readonly pauseMs?: number;
  readonly answerWithinMs: number;
}

/**
 * Buyers who hold and confirm over real sockets, with and without an Idempotency-Key, and remember every request and
 * what they were told. Who has a key asks again until the answer is definite; who has none never asks twice.
 */
export class BookingLoad {
  readonly attempts: Attempt[] = [];
  readonly #options: LoadOptions;
  /** Acknowledged holds that nobody has begun to confirm. */
  readonly #held: { clientId: number; slotId: number; reservationId: number }[] = [];
  /** Keyed attempts without a definite answer yet. */
  readonly #open: Attempt[] = [];
  #buying: Promise<void>[] = [];
  #stopped = false;
  #abandoned = false;
  #keys = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#buying = Array.from({ length: this.#options.buyers }, () => this.#buy());
  }

  /** Begins nothing new, asks until every keyed attempt is settled, and resolves when all buyers have gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#buying);
  }

  /** There is no server any more: whatever is unsettled stays so. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** So many more buyers at once, who each want one thing. */
  async burst(count: number): Promise<void> {
    const once = async () => {
      const buyer = new Buyer(this.#options, () => this.#abandoned);
      const attempt = this.#begin();
      await buyer.send(attempt);
      buyer.leave();
      this.#file(attempt);
    };
    await Promise.all(Array.from({ length: count }, once));
  }

  /** Sends settled keyed attempts once more: they must be answered as before. */
  async replay(count: number): Promise<void> {
    const settled = this.attempts.filter((each) => each.key !== undefined && outcomeOf(each));
    const buyer = new Buyer(this.#options, () => this.#abandoned);
    for (let left = Math.min(count, settled.length); left > 0; left -= 1) {
      await buyer.send(this.#options.random.pick(settled));
    }
    buyer.leave();
  }

  async #buy(): Promise<void> {
    const buyer = new Buyer(this.#options, () => this.#abandoned);
    // A second connection, for the same request sent twice at once.
    const twin = new Buyer(this.#options, () => this.#abandoned);
    while (!this.#abandoned && (!this.#stopped || this.#open.length > 0)) {
      const attempt = this.#open.shift() ?? this.#begin();
      const twice = attempt.key !== undefined && this.#options.random.chance(0.05);
      await Promise.all([buyer.send(attempt), ...(twice ? [twin.send(attempt)] : [])]);
      this.#file(attempt);
      if (this.#options.pauseMs) await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs));
    }
    buyer.leave();
    twin.leave();
  }

  #begin(): Attempt {
    const { random, ground } = this.#options;
    this.#keys += 1;
    const key = random.chance(0.5) ? `key-${this.#keys}-${random.integer(0, 1e9)}` : undefined;
    const held = random.chance(0.45) ? this.#held.shift() : undefined;
    // Now and then somebody confirms what is not theirs; its owner then never does.
    const clientId = held && random.chance(0.05) ? held.clientId + 1 : held?.clientId;
    const attempt: Attempt =
      held && clientId !== undefined
        ? { kind: 'confirm', key, ...held, clientId, quantity: 1, sendings: [] }
        : { kind: 'hold', key, ...ground.newHold(random), reservationId: undefined, sendings: [] };
    this.attempts.push(attempt);
    return attempt;
  }

  #file(attempt: Attempt): void {
    const outcome = outcomeOf(attempt);
    if (outcome === undefined) {
      if (attempt.key !== undefined) this.#open.push(attempt);
    } else if (attempt.kind === 'hold' && outcome.status === 201) {
      const { clientId, slotId } = attempt;
      this.#held.push({ clientId, slotId, reservationId: reservationIdOf(outcome.body) });
    }
  }
}

/** One connection at a time; a new one after each that broke. */
class Buyer {
  readonly #options: LoadOptions;
  readonly #hopeless: () => boolean;
  #connection: HttpConnection | undefined;

  constructor(options: LoadOptions, hopeless: () => boolean) {
    this.#options = options;
    this.#hopeless = hopeless;
  }

  /** Sends an attempt once and writes down what came of it. */
  async send(attempt: Attempt): Promise<void> {
    const connection = await this.#connect();
    if (!connection) return;
    const { method, bytes } = requestOf(attempt);
    const sentMs = performance.now();
    const sending = await connection.exchange(bytes, method, this.#options.answerWithinMs).then(
      (answer) => ({ status: answer.status, body: answer.body, flaws: refusalViolations(answer) }),
      () => ({ status: undefined, body: '', flaws: [] }),
    );
    const done: Sending = { sentMs, endedMs: performance.now(), ...sending };
    attempt.sendings.push(done);
    // Retry-After is a second; who asks again at once would only add to what is too much already.
    if (done.status !== undefined && !isDefinite(done)) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  leave(): void {
    this.#connection?.[Symbol.dispose]();
  }

  /** Until the server takes a connection nothing has been sent, so there is nothing to remember. */
  async #connect(): Promise<HttpConnection | undefined> {
    while (!this.#connection?.open) {
      if (this.#hopeless()) return undefined;
      const port = await this.#options.target.port();
      this.#connection = await openConnection(port).catch(() => undefined);
      if (!this.#connection) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.#connection;
  }
}

function requestOf(attempt: Attempt): { method: string; bytes: Buffer } {
  const { key, kind, clientId, slotId, quantity, reservationId } = attempt;
  const request =
    kind === 'confirm'
      ? plain('PUT', '/client/confirm', { client_id: clientId, reservation_id: reservationId })
      : quantity === 1
        ? plain('POST', '/client/reserve', { client_id: clientId, timeslot_id: slotId })
        : plain('POST', '/api/v1/reservations', { client_id: clientId, slot_id: slotId, quantity });
  const headers = key === undefined ? request.headers : [...request.headers, ['Idempotency-Key', key] as const];
  return { method: request.method, bytes: toBytes({ ...request, headers }) };
}
