import { FreshView } from '../../../src/freshness/fresh-view.ts';
import { MemoryStore } from '../../../src/freshness/memory-store.ts';
import type { View, ViewOptions } from '../../../src/freshness/view.ts';

/** One question to a source, answered when the test says so. */
interface Question {
  readonly key: string;
  answer(value: string | undefined): void;
  fail(error: Error): void;
}

/** A source whose every answer waits for the test's word, so that an interleaving is chosen and not hoped for. */
class GatedSource {
  readonly questions: Question[] = [];

  readonly load = (key: string): Promise<string | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    this.questions.push({ key, answer: resolve, fail: reject });
    return promise;
  };

  /** The question asked as the `index`th since the test began, once all that can happen without the test has. */
  async question(index: number): Promise<Question> {
    await settled();
    const question = this.questions[index];
    if (!question) throw new Error(`the source was asked ${this.questions.length} times, not ${index + 1}`);
    return question;
  }
}

export interface TestView {
  readonly source: GatedSource;
  readonly view: View<string, string>;
  /** Whether the change feed vouches; it does unless told otherwise. */
  vouch(vouched: boolean): void;
}

export const BOUND_MS = 10_000;

/** A view of texts over a gated source, in this process alone. */
export function openTestView(options: Partial<ViewOptions<string, string>> = {}, maxBytes = 100_000): TestView {
  const source = new GatedSource();
  let vouched = true;
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
    () => vouched,
    undefined,
  );
  return {
    source,
    view,
    vouch(now) {
      vouched = now;
    },
  };
}

/** Reads a key and answers the question it asks. */
export async function fillWith({ view, source }: TestView, key: string, value: string | undefined): Promise<void> {
  const served = view.get(key);
  await settled();
  const asked = source.questions.findLast((question) => question.key === key);
  if (!asked) throw new Error(`the source was not asked for ${key}`);
  asked.answer(value);
  await served;
}

/** Lets everything go on that does not wait for the test. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
