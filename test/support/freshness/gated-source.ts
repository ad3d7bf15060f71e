import { FreshView } from '../../../src/freshness/view/fresh-view.ts';
import { MemoryStore } from '../../../src/freshness/view/memory-store.ts';
import type { View, ViewOptions } from '../../../src/freshness/view/view.ts';

/** One load from a source, which the test completes. */
interface SourceLoad {
  readonly key: string;
  answer(value: string | undefined): void;
  fail(error: Error): void;
}

/** A source whose loads wait until the test completes them, so that the test chooses the interleaving. */
class GatedSource {
  readonly loads: SourceLoad[] = [];

  readonly load = (key: string): Promise<string | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    this.loads.push({ key, answer: resolve, fail: reject });
    return promise;
  };

  /** The load that began as the `index`th, counted from 0. Waits until nothing else can run. */
  async nthLoad(index: number): Promise<SourceLoad> {
    await settled();
    const load = this.loads[index];
    if (!load) throw new Error(`the source got ${this.loads.length} loads, not ${index + 1}`);
    return load;
  }
}

export interface TestView {
  readonly source: GatedSource;
  readonly view: View<string, string>;
  /** Connects or disconnects the change feed. It starts connected. */
  setFeedConnected(connected: boolean): void;
}

export const BOUND_MS = 10_000;

/** A view of texts over a gated source, not shared with other instances. */
export function openTestView(options: Partial<ViewOptions<string, string>> = {}, maxBytes = 100_000): TestView {
  const source = new GatedSource();
  let feedConnected = true;
  const view = new FreshView<string, string>(
    {
      name: 'test',
      keyOf: (key) => key,
      load: source.load,
      maxAgeMs: BOUND_MS,
      sizeOf: (value) => value.length,
      ...options,
    },
    new MemoryStore(maxBytes),
    () => feedConnected,
    undefined,
  );
  return {
    source,
    view,
    setFeedConnected(connected) {
      feedConnected = connected;
    },
  };
}

/** Reads a key, and completes the load that this causes. */
export async function fillWith({ view, source }: TestView, key: string, value: string | undefined): Promise<void> {
  const served = view.get(key);
  await settled();
  const load = source.loads.findLast((each) => each.key === key);
  if (!load) throw new Error(`the source got no load of ${key}`);
  load.answer(value);
  await served;
}

/** Lets everything run that does not wait for the test. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
