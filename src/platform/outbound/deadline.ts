import { OutboundFailure } from './outbound-failure.ts';

/** A signal that aborts with `time-out` after a time, or with the reason of another signal before. Dispose it. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #stop = () => this.#controller.abort(this.#outer?.reason);

  constructor(ms: number, outer?: AbortSignal) {
    this.signal = this.#controller.signal;
    this.#outer = outer;
    this.#timer = setTimeout(() => this.#controller.abort(new OutboundFailure('time-out')), ms);
    outer?.addEventListener('abort', this.#stop, { once: true });
    if (outer?.aborted) this.#stop();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#stop);
  }
}
