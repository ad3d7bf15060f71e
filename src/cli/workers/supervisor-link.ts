import { once } from 'node:events';
import process from 'node:process';
import type { FromWorker, ToWorker } from './messages.ts';

/** Time that the supervisor has to collect the metrics of all workers, in milliseconds. */
const JOIN_WITHIN_MS = 5_000;

interface Server {
  /** Its own metrics, as text. */
  metrics(): Promise<string>;
}

/** A worker's connection to its supervisor. It ends with the process: a worker does not outlive its supervisor. */
export class SupervisorLink {
  #server: Server | undefined;
  #lastId = 0;

  constructor() {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'collect') void this.#sendMetrics().catch(() => {});
    });
  }

  /** @param stop is called when the supervisor wants this worker to stop */
  onStop(stop: (isReplaced: boolean) => void): void {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'stop') stop(message.isReplaced);
    });
    // Otherwise a worker whose start has failed would wait here forever.
    process.channel?.unref();
  }

  /** Reports that the server listens. */
  started(server: Server, greeting: string): void {
    this.#server = server;
    this.#send({ kind: 'started', greeting });
  }

  /** Sends the last counts, so that they do not end with the process. Call it before resources close, and after. */
  async ending(): Promise<void> {
    // Metrics that read the database fail once it is closed.
    await this.#sendMetrics().catch(() => {});
  }

  /** The metrics of all workers, as text. */
  async joinedMetrics(): Promise<string> {
    this.#lastId += 1;
    const id = this.#lastId;
    const signal = AbortSignal.timeout(JOIN_WITHIN_MS);
    this.#send({ kind: 'join', id });
    for (;;) {
      const [message] = (await once(process, 'message', { signal })) as [ToWorker];
      if (message.kind === 'joined' && message.id === id) return message.text;
    }
  }

  async #sendMetrics(): Promise<void> {
    if (!this.#server) return;
    const message: FromWorker = { kind: 'metrics', text: await this.#server.metrics() };
    // The process may end right after this.
    await new Promise((sent) => process.send?.(message, undefined, undefined, sent));
  }

  #send(message: FromWorker): void {
    process.send?.(message);
  }
}
