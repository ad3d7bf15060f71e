import { afterAll, beforeAll, expect, it } from 'vitest';
import { FreshView } from '../../src/freshness/fresh-view.ts';
import { MemoryStore } from '../../src/freshness/memory-store.ts';
import type { RemoteStore } from '../../src/freshness/remote-store.ts';
import { inspectRedis } from '../support/freshness/redis-inspector.ts';
import {
  newInstallation,
  onRedis,
  openTestStore,
  PATIENT_MS,
  type TestStore,
} from '../support/freshness/test-redis.ts';

const INSTANCES = 3;
const READERS = 10_000;
const KEYS = 20;
const BOUND_MS = 60_000;

/** All ask for a key that nobody knows, on three instances at once. @returns how often the source was asked */
async function askAtOnce(key: string, remotes: readonly (RemoteStore | undefined)[]): Promise<number> {
  let loads = 0;
  const views = remotes.map((remote) => {
    const options = {
      name: 'cold',
      maxAgeMs: BOUND_MS,
      keyOf: (name: string) => name,
      sizeOf: () => 1,
      codec: { encode: (text: string) => text, decode: (text: string) => text },
      async load() {
        loads += 1;
        // The others are told to wait meanwhile: Redis answers them before it answers this.
        await remotes[0]?.claim('cold', `${key}, another`, BOUND_MS);
        return key;
      },
    };
    return new FreshView<string, string>(options, new MemoryStore(1_000), () => true, remote);
  });
  const asking = Array.from({ length: READERS }, (_, reader) => views[reader % INSTANCES]?.get(key));
  const served = await Promise.all(asking);
  expect(served.every((each) => each?.value === key)).toBe(true);
  return loads;
}

onRedis('10,000 readers of a cold key on three instances', (url) => {
  const installation = newInstallation();
  const open: TestStore[] = [];
  beforeAll(async () => {
    while (open.length < INSTANCES) open.push(await openTestStore(url, installation, PATIENT_MS));
  });
  afterAll(async () => {
    await using inspector = await inspectRedis(url);
    await inspector.flush(installation);
    for (const store of open) await store[Symbol.asyncDispose]();
  });

  it(`ask the source once, ${KEYS} times of ${KEYS}`, async () => {
    const loads: number[] = [];
    const stores = open.map(({ store }) => store);
    for (let key = 0; key < KEYS; key += 1) loads.push(await askAtOnce(`key ${key}`, stores));
    expect(loads).toEqual(Array.from({ length: KEYS }, () => 1));
  });

  it('control: without the shared lease each instance asks', async () => {
    const loads: number[] = [];
    for (let key = 0; key < KEYS; key += 1)
      loads.push(await askAtOnce(`key ${key}`, [undefined, undefined, undefined]));
    expect(loads).toEqual(Array.from({ length: KEYS }, () => INSTANCES));
  });
});
