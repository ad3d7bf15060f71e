import type { Random } from '../../../src/platform/seeded-random.ts';
import { plain } from '../requests/bad-input-run.ts';
import { toBytes } from '../requests/senders.ts';
import { refusalViolations } from '../server/contract.ts';
import { type HttpConnection, openConnection } from '../server/http-connection.ts';
import type { BookingFixture } from './booking-fixture.ts';
import { type Attempt, isDefinite, outcomeOf, reservationIdOf, type Sending } from './booking-history.ts';

/** The port of the server, which may change with every restart. */
export interface Target {
  /** Resolves when a server is listening. */
  port(): Promise<number>;
}

export interface LoadOptions {
  readonly target: Target;
  readonly fixture: BookingFixture;
  readonly random: Random;
  /** Concurrent buyers, each with its own connection. */
  readonly buyers: number;
  /** Pause between two requests of one buyer, for a load that does not saturate the machine. Defaults to none. */
  readonly pauseMs?: number;
  readonly answerWithinMs: number;
}

/**
 * Buyers that hold and confirm over real sockets, and record every request and its answer. A buyer with an
 * Idempotency-Key repeats its request until the answer is definite; a buyer without one never repeats it.
 */
export class BookingLoad {
  readonly attempts: Attempt[] = [];
  readonly #options: LoadOptions;
  /** Acknowledged holds that no attempt confirms yet. */
  readonly #held: { clientId: number; slotId: number; reservationId: number }[] = [];
  /** Keyed attempts without a definite answer. */
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

  /** Begins no new attempt, repeats keyed ones until they are settled, and resolves when all buyers are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#buying);
  }

  /** Stops sending, because there is no server any more. Unsettled attempts stay unsettled. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** Runs `count` more buyers at once, each with one request. */
  async burst(count: number): Promise<void> {
    const once = async () => {
      const buyer = new Buyer(this.#options, () => this.#abandoned);
      const attempt = this.#begin();
      await buyer.send(attempt);
      buyer.disconnect();
      this.#record(attempt);
    };
    await Promise.all(Array.from({ length: count }, once));
  }

  /** Repeats settled keyed attempts, which must be answered as before. */
  async replay(count: number): Promise<void> {
    const settled = this.attempts.filter((each) => each.key !== undefined && outcomeOf(each));
    const buyer = new Buyer(this.#options, () => this.#abandoned);
    for (let left = Math.min(count, settled.length); left > 0; left -= 1) {
      await buyer.send(this.#options.random.pick(settled));
    }
    buyer.disconnect();
  }

  async #buy(): Promise<void> {
    const buyer = new Buyer(this.#options, () => this.#abandoned);
    // A second connection, to send the same request twice at once.
    const twin = new Buyer(this.#options, () => this.#abandoned);
    while (!this.#abandoned && (!this.#stopped || this.#open.length > 0)) {
      const attempt = this.#open.shift() ?? this.#begin();
      const twice = attempt.key !== undefined && this.#options.random.chance(0.05);
      await Promise.all([buyer.send(attempt), ...(twice ? [twin.send(attempt)] : [])]);
      this.#record(attempt);
      if (this.#options.pauseMs) await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs));
    }
    buyer.disconnect();
    twin.disconnect();
  }

  #begin(): Attempt {
    const { random, fixture } = this.#options;
    this.#keys += 1;
    const key = random.chance(0.5) ? `key-${this.#keys}-${random.integer(0, 1e9)}` : undefined;
    const held = random.chance(0.45) ? this.#held.shift() : undefined;
    // Sometimes another client tries to confirm a hold. Its owner then never does.
    const clientId = held && random.chance(0.05) ? held.clientId + 1 : held?.clientId;
    const attempt: Attempt =
      held && clientId !== undefined
        ? { kind: 'confirm', key, ...held, clientId, quantity: 1, sendings: [] }
        : { kind: 'hold', key, ...fixture.newHold(random), reservationId: undefined, sendings: [] };
    this.attempts.push(attempt);
    return attempt;
  }

  #record(attempt: Attempt): void {
    const outcome = outcomeOf(attempt);
    if (outcome === undefined) {
      if (attempt.key !== undefined) this.#open.push(attempt);
    } else if (attempt.kind === 'hold' && outcome.status === 201) {
      const { clientId, slotId } = attempt;
      this.#held.push({ clientId, slotId, reservationId: reservationIdOf(outcome.body) });
    }
  }
}

/** A client with one connection at a time, which is replaced when it breaks. */
class Buyer {
  readonly #options: LoadOptions;
  readonly #isAbandoned: () => boolean;
  #connection: HttpConnection | undefined;

  constructor(options: LoadOptions, isAbandoned: () => boolean) {
    this.#options = options;
    this.#isAbandoned = isAbandoned;
  }

  /** Sends an attempt once and records the answer. */
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
    // A shorter wait than the second of Retry-After, but not none: that would overload the server further.
    if (done.status !== undefined && !isDefinite(done)) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  disconnect(): void {
    this.#connection?.[Symbol.dispose]();
  }

  /** Connects, as often as it takes. Nothing was sent before that, so a failure is not recorded. */
  async #connect(): Promise<HttpConnection | undefined> {
    while (!this.#connection?.open) {
      if (this.#isAbandoned()) return undefined;
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
