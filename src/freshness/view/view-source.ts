import { Unavailable } from '../../platform/errors.ts';
import type { Entry } from './entry.ts';
import type { Load } from './loads-in-progress.ts';
import type { RemoteStore, SharedEntry } from './remote-store.ts';
import type { Codec, Origin, ViewOptions } from './view.ts';
import type { ViewCounters } from './view-counters.ts';
import { sourceFailing } from './view-failures.ts';

/** A value that was just read, and the age it has. */
export interface ReadValue<V> extends Pick<Entry<V>, 'value' | 'observedAt'> {
  readonly origin: Origin;
}

/** How long after a failure the source is left alone by callers that have an entry to fall back on, in milliseconds. */
const FAILURE_PAUSE_MS = 1_000;

/** Reads values of one view: from another instance through Redis where that is possible, else from the source. */
export class ViewSource<K, V> {
  readonly #options: ViewOptions<K, V>;
  readonly #remote: RemoteStore | undefined;
  readonly #counters: ViewCounters;
  /** `performance.now()` of the last failure. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ViewOptions<K, V>, remote: RemoteStore | undefined, counters: ViewCounters) {
    this.#options = options;
    this.#remote = remote;
    this.#counters = counters;
  }

  /**
   * Reads a value from another instance or from the source. Of several instances that miss a key at once, one loads it
   * and fills it for the others.
   *
   * @param hasFallback whether the caller has an entry to serve if the source fails
   */
  async read(key: K, load: Load<V>, hasFallback: () => boolean): Promise<ReadValue<V>> {
    const { codec, name } = this.#options;
    const remote = this.#remote;
    if (!remote || !codec || !load.feedConnected) return this.#load(key, load.startedAt, hasFallback);
    const keyText = this.#options.keyOf(key);
    const acquired = await remote.acquire(name, keyText, load.boundMs);
    const shared = acquired.kind === 'entry' ? this.#decode(keyText, codec, acquired) : undefined;
    if (shared && performance.now() - shared.observedAt <= Math.min(load.boundMs, this.boundMs(shared.value))) {
      this.#counters.remoteHits += 1;
      return shared;
    }
    try {
      const loaded = await this.#load(key, performance.now(), hasFallback);
      if (acquired.kind === 'lease') {
        const text = loaded.value === undefined ? null : codec.encode(loaded.value);
        await remote.fill(acquired, text, loaded.observedAt, this.boundMs(loaded.value));
      }
      return loaded;
    } catch (error) {
      if (acquired.kind === 'lease') remote.release(acquired);
      throw error;
    }
  }

  /** Staleness bound of a value, or of the answer that nothing has the key, in milliseconds. */
  boundMs(value: V | undefined): number {
    const { maxAgeMs, negativeMaxAgeMs } = this.#options;
    return value === undefined ? (negativeMaxAgeMs ?? maxAgeMs) : maxAgeMs;
  }

  /** Lets the next caller try the source at once. */
  forgetFailure(): void {
    this.#failedAt = Number.NEGATIVE_INFINITY;
  }

  /** Decodes an entry of another instance. Ends the entry if it cannot, because that instance runs another version. */
  #decode(keyText: string, codec: Codec<V>, { text, ageMs }: SharedEntry): ReadValue<V> | undefined {
    try {
      const value = text === null ? undefined : codec.decode(text);
      return { value, observedAt: performance.now() - ageMs, origin: 'shared' };
    } catch {
      this.#remote?.invalidate(this.#options.name, keyText);
      return undefined;
    }
  }

  async #load(key: K, observedAt: number, hasFallback: () => boolean): Promise<ReadValue<V>> {
    if (observedAt - this.#failedAt < FAILURE_PAUSE_MS && hasFallback()) throw sourceFailing();
    try {
      const value = await this.#options.load(key);
      this.#counters.loaded(performance.now() - observedAt);
      this.forgetFailure();
      return { value, observedAt, origin: 'source' };
    } catch (error) {
      if (error instanceof Unavailable) this.#failedAt = performance.now();
      throw error;
    }
  }
}
