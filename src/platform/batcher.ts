import { Unavailable } from './errors.ts';
import type { SpanRef, Tracing } from './tracing/tracing.ts';

/**
 * A kind of work that is done in batches, with a queue of its own.
 *
 * Batches are formed by group commit (DeWitt et al., "Implementation Techniques for Main Memory Database Systems",
 * SIGMOD 1984): callers that arrive while a batch is in flight wait for the next one and are then served together by
 * one transaction, so that they share the cost of one commit.
 */
export interface Lane<In, Out> {
  readonly name: string;
  /** Maximum length of the queue. A caller beyond it is refused at once with `Unavailable`. */
  readonly maxWaiting: number;
  /**
   * Serves a batch, and returns the outputs in the order of `inputs`. When it rejects, the batch is halved and tried
   * again, until the one input that cannot be served is alone and gets the error.
   */
  run(inputs: readonly In[]): Promise<readonly Out[]>;
}

export interface BatcherOptions {
  readonly maxBatchSize: number;
  /** Maximum number of batches in flight. */
  readonly maxConcurrent: number;
  /**
   * Maximum time in a queue, in milliseconds, checked when the next batch is formed. Callers that have waited longer
   * are refused: behind batches that each take seconds to fail, a long queue would wait for minutes. Defaults to 4 s.
   */
  readonly maxWaitMs?: number;
  /** Called when a batch has been served, or has failed. */
  readonly onServed?: (batch: ServedBatch) => void;
  /** Gives each batch a span that links to those of its callers. */
  readonly tracing?: Tracing | undefined;
}

export interface ServedBatch {
  /** The name of its lane. */
  readonly lane: string;
  /** Number of callers. */
  readonly size: number;
  /** Time that its first caller waited for it to begin, in milliseconds. */
  readonly waitedMs: number;
  /** Time from its beginning to its end, in milliseconds. */
  readonly tookMs: number;
}

const DEFAULT_MAX_WAIT_MS = 4_000;

interface Waiting {
  /** The span of the caller. */
  readonly span: SpanRef | undefined;
  readonly sinceMs: number;
  readonly input: unknown;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

interface OpenLane {
  readonly lane: Lane<unknown, unknown>;
  readonly waiting: Waiting[];
}

/** Lanes that share a limit on batches in flight. A lane is served before all later ones, however long their queues. */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #lanes: OpenLane[] = [];
  #inFlight = 0;
  #woken = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
  }

  /** Adds a lane behind the existing ones. @returns a function that queues one input */
  open<In, Out>(lane: Lane<In, Out>): (input: In) => Promise<Out> {
    const opened: OpenLane = { lane: lane as Lane<unknown, unknown>, waiting: [] };
    this.#lanes.push(opened);
    return (input) => {
      if (opened.waiting.length >= lane.maxWaiting) {
        return Promise.reject(overloaded());
      }
      return new Promise<Out>((resolve, reject) => {
        const sinceMs = performance.now();
        const span = this.#options.tracing?.current();
        opened.waiting.push({ span, sinceMs, input, resolve: resolve as (output: unknown) => void, reject });
        this.#wake();
      });
    };
  }

  /** Number of waiting callers by lane. */
  waiting(): Record<string, number> {
    return Object.fromEntries(this.#lanes.map(({ lane, waiting }) => [lane.name, waiting.length]));
  }

  /** Starts batches in the next turn of the event loop, so that requests read from sockets in this one share them. */
  #wake(): void {
    if (this.#woken || this.#inFlight >= this.#options.maxConcurrent) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#start();
    });
  }

  #serve(lane: Lane<unknown, unknown>, batch: readonly Waiting[]): Promise<void> {
    const { tracing } = this.#options;
    if (!tracing) return serve(lane, batch);
    const links = batch.flatMap(({ span }) => span ?? []);
    const attributes = { 'holdfast.batch.lane': lane.name, 'holdfast.batch.size': batch.length };
    return tracing.run(`batch ${lane.name}`, { parent: 'none', links, attributes }, () => serve(lane, batch));
  }

  #start(): void {
    for (const { waiting } of this.#lanes) refuseLate(waiting, this.#options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS);
    while (this.#inFlight < this.#options.maxConcurrent) {
      const next = this.#lanes.find(({ waiting }) => waiting.length > 0);
      if (!next) return;
      const batch = next.waiting.splice(0, this.#options.maxBatchSize);
      this.#inFlight += 1;
      const beganMs = performance.now();
      void this.#serve(next.lane, batch).finally(() => {
        this.#inFlight -= 1;
        this.#wake();
        this.#options.onServed?.(describe(next.lane, batch, beganMs));
      });
    }
  }
}

function describe({ name }: Lane<unknown, unknown>, batch: readonly Waiting[], beganMs: number): ServedBatch {
  const waitedMs = beganMs - (batch[0]?.sinceMs ?? beganMs);
  return { lane: name, size: batch.length, waitedMs, tookMs: performance.now() - beganMs };
}

function refuseLate(waiting: Waiting[], maxWaitMs: number): void {
  const earliestMs = performance.now() - maxWaitMs;
  const inTime = waiting.findIndex(({ sinceMs }) => sinceMs >= earliestMs);
  const late = waiting.splice(0, inTime < 0 ? waiting.length : inTime);
  for (const { reject } of late) reject(overloaded());
}

function overloaded(): Unavailable {
  return new Unavailable('overloaded', 'The server is busy. Try again in a second.');
}

async function serve(lane: Lane<unknown, unknown>, batch: readonly Waiting[]): Promise<void> {
  try {
    const outputs = await lane.run(batch.map(({ input }) => input));
    if (outputs.length !== batch.length)
      throw new Error(`lane ${lane.name} returned ${outputs.length} outputs for ${batch.length} inputs`);
    batch.forEach(({ resolve }, index) => {
      resolve(outputs[index]);
    });
  } catch (error) {
    // A dependency that is unavailable is so for both halves, and a retry would only make every caller wait longer.
    if (batch.length === 1 || error instanceof Unavailable) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await serve(lane, batch.slice(0, half));
    await serve(lane, batch.slice(half));
  }
}
