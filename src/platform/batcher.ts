import { Unavailable } from './errors.ts';

/**
 * Group commit: callers that arrive while a batch is in flight wait for the next one, and are then served
 * together by one transaction. The idea is old (DeWitt et al., "Implementation Techniques for Main Memory
 * Database Systems", SIGMOD 1984): the cost of a commit is paid once for all who wait.
 *
 * Each lane has its own work and its own bound on how many may wait; past it callers are refused at once. Lanes
 * are served in their order, so what stands first is never held up by a queue of what stands behind it.
 */
export interface Lane<In, Out> {
  readonly name: string;
  /** Callers that may wait; one more is refused with `Unavailable`. */
  readonly maxWaiting: number;
  /**
   * Serves a batch; answers in the order of `inputs`. A rejection fails nobody yet: the batch is halved and tried
   * again until the one input that cannot be served stands alone and gets the error.
   */
  run(inputs: readonly In[]): Promise<readonly Out[]>;
}

export interface BatcherOptions {
  readonly maxBatchSize: number;
  /** Batches in flight at once. */
  readonly maxConcurrent: number;
  /**
   * Who has waited longer when the next batch is put together is refused instead: behind batches that each take
   * seconds to fail, a long queue would wait for minutes. 4 s unless told.
   */
  readonly maxWaitMs?: number;
}

const DEFAULT_MAX_WAIT_MS = 4_000;

interface Waiting {
  readonly sinceMs: number;
  readonly input: unknown;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

interface OpenLane {
  readonly lane: Lane<unknown, unknown>;
  readonly waiting: Waiting[];
}

export class Batcher {
  readonly #options: BatcherOptions;
  readonly #lanes: OpenLane[] = [];
  #inFlight = 0;
  #woken = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Adds a lane behind those there are. */
  open<In, Out>(lane: Lane<In, Out>): (input: In) => Promise<Out> {
    const opened: OpenLane = { lane: lane as Lane<unknown, unknown>, waiting: [] };
    this.#lanes.push(opened);
    return (input) => {
      if (opened.waiting.length >= lane.maxWaiting) {
        return Promise.reject(new Unavailable('overloaded', `Too many requests are waiting to ${lane.name}`));
      }
      return new Promise<Out>((resolve, reject) => {
        const sinceMs = performance.now();
        opened.waiting.push({ sinceMs, input, resolve: resolve as (output: unknown) => void, reject });
        this.#wake();
      });
    };
  }

  /** Callers waiting, by lane. */
  waiting(): Record<string, number> {
    return Object.fromEntries(this.#lanes.map(({ lane, waiting }) => [lane.name, waiting.length]));
  }

  /** The next turn of the event loop: requests read from sockets in this one share the batch. */
  #wake(): void {
    if (this.#woken || this.#inFlight >= this.#options.maxConcurrent) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#start();
    });
  }

  #start(): void {
    for (const opened of this.#lanes) refuseLate(opened, this.#options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS);
    while (this.#inFlight < this.#options.maxConcurrent) {
      const next = this.#lanes.find(({ waiting }) => waiting.length > 0);
      if (!next) return;
      const batch = next.waiting.splice(0, this.#options.maxBatchSize);
      this.#inFlight += 1;
      void serve(next.lane, batch).finally(() => {
        this.#inFlight -= 1;
        this.#wake();
      });
    }
  }
}

function refuseLate({ lane, waiting }: OpenLane, maxWaitMs: number): void {
  const earliestMs = performance.now() - maxWaitMs;
  const inTime = waiting.findIndex(({ sinceMs }) => sinceMs >= earliestMs);
  const late = waiting.splice(0, inTime < 0 ? waiting.length : inTime);
  for (const { reject } of late) reject(new Unavailable('overloaded', `It takes too long until one can ${lane.name}`));
}

async function serve(lane: Lane<unknown, unknown>, batch: readonly Waiting[]): Promise<void> {
  try {
    const outputs = await lane.run(batch.map(({ input }) => input));
    if (outputs.length !== batch.length) throw new Error(`lane ${lane.name} lost count of its batch`);
    batch.forEach(({ resolve }, index) => {
      resolve(outputs[index]);
    });
  } catch (error) {
    // What is away is away for every half, and asking again would only lengthen everybody's wait.
    if (batch.length === 1 || error instanceof Unavailable) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await serve(lane, batch.slice(0, half));
    await serve(lane, batch.slice(half));
  }
}
