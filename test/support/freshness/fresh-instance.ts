import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { Freshness, RedisStore, type View } from '../../../src/freshness/index.ts';
import { FreshView } from '../../../src/freshness/view/fresh-view.ts';
import { MemoryStore } from '../../../src/freshness/view/memory-store.ts';
import type { RemoteStore } from '../../../src/freshness/view/remote-store.ts';
import type { ViewOptions } from '../../../src/freshness/view/view.ts';
import { type Reader, readInstallation } from '../../../src/platform/db/database.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { openRedis, type RedisLink } from '../../../src/platform/redis-link.ts';

export const RACED = `
  create table raced (key bigint primary key, version bigint not null);
  call announce_changes_of('raced', 'raced', 'key')`;

/** The value of a key: how often it has been written. */
interface Raced {
  version: number;
}

interface Load {
  readonly key: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The fence that a control run removes. */
export type Unfenced = 'memory' | 'shared' | undefined;

/** The freshness of one instance: its own database connections, change feed, link to Redis and two views. */
export interface FreshInstance extends AsyncDisposable {
  /** A view that is shared through Redis and always loads whole values. */
  readonly shared: View<number, Raced>;
  /** A view that stays in this instance and patches its values. */
  readonly patched: View<number, Raced>;
  readonly redis: RedisLink;
  /** Every load and patch so far. */
  readonly loads: readonly Load[];
  /** Writes a key. @returns the version written, at the moment at which the instance would answer a request */
  write(key: number): Promise<number>;
  /** Resolves when every committed change has arrived. */
  caughtUp(): Promise<void>;
}

export interface FreshInstanceOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly boundMs: number;
  /** Delay of the source before it reads and again before it answers, in milliseconds. */
  sourceDelayMs(): number;
  readonly unfenced?: Unfenced;
}

const MAX_BYTES = 64 * 2 ** 20;

export async function openFreshInstance(options: FreshInstanceOptions): Promise<FreshInstance> {
  const { databaseUrl, redisUrl, boundMs, sourceDelayMs, unfenced } = options;
  await using stack = new AsyncDisposableStack();
  const logger = createLogger('silent');
  const database = stack.use(openPostgres({ url: databaseUrl, constraints: {}, onBroken() {} }));
  const clock = new SampledClock();
  const feed = await database.openFeed(clock, logger);
  const redis = stack.use(openRedis(redisUrl, logger));
  const link = unfenced === 'shared' ? withoutTokenRemoval(redis) : redis;
  const remote = new RedisStore(link, clock, await database.read(readInstallation));
  const freshness = new Freshness(feed, remote);
  const loads: Load[] = [];

  /** Reads the table between two delays, so that changes come before the read, after it and between. */
  async function readSlowly(key: number): Promise<number | undefined> {
    const startedAt = performance.now();
    await delay(sourceDelayMs());
    const version = await database.read((reader) => readVersion(reader, key));
    await delay(sourceDelayMs());
    loads.push({ key, startedAt, endedAt: performance.now() });
    return version;
  }
  const common = {
    keyOf: String,
    maxAgeMs: boundMs,
    sizeOf: () => 8,
    async load(key: number) {
      const version = await readSlowly(key);
      return version === undefined ? undefined : { version };
    },
  };
  const sharedOptions: ViewOptions<number, Raced> = {
    ...common,
    name: 'shared',
    codec: { encode: ({ version }) => String(version), decode: (text) => ({ version: Number(text) }) },
  };
  const shared =
    unfenced === 'memory'
      ? new UnfencedView(sharedOptions, new MemoryStore(MAX_BYTES), () => feed.isConnected, remote)
      : freshness.view(sharedOptions, MAX_BYTES);
  if (unfenced === 'memory') feed.subscribe({ changed() {}, interrupted: () => shared.markUncertain() });
  const patched = freshness.view<number, Raced>(
    {
      ...common,
      name: 'patched',
      async patch(raced, [key]) {
        raced.version = (await readSlowly(Number(key))) ?? 0;
      },
    },
    MAX_BYTES,
  );
  const forEachKey = (invalidate: (key: string) => void) => (keys: readonly string[]) => keys.forEach(invalidate);
  freshness.listen(shared, { raced: forEachKey((key) => shared.invalidate(key)) });
  freshness.listen(patched, { raced: forEachKey((key) => patched.invalidatePart(key, key)) });
  const owned = stack.move();
  return {
    shared,
    patched,
    redis,
    loads,
    write: async (key) => (await database.statement((tx) => writeVersion(key).execute(tx))).rows[0]?.version ?? 0,
    caughtUp: () => feed.barrier(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The version of a key in the table. */
export async function readVersion(reader: Reader, key: number): Promise<number | undefined> {
  const { rows } = await sql<Raced>`select version from raced where key = ${key}`.execute(reader);
  return rows[0]?.version;
}

export function writeVersion(key: number): RawBuilder<Raced> {
  return sql<Raced>`insert into raced values (${key}, 1)
    on conflict (key) do update set version = raced.version + 1 returning version`;
}

/** Control: a change ends the entry in memory, and does not void the loads in progress. */
class UnfencedView<K, V> extends FreshView<K, V> {
  readonly #entries: MemoryStore<V>;
  readonly #shared: RemoteStore;

  constructor(options: ViewOptions<K, V>, store: MemoryStore<V>, isFeedConnected: () => boolean, remote: RemoteStore) {
    super(options, store, isFeedConnected, remote);
    this.#entries = store;
    this.#shared = remote;
  }

  override invalidate(key: string): void {
    this.#entries.delete(key);
    this.#shared.invalidate(this.name, key);
  }
}

/** Control: a change ends the entry in Redis, and leaves the token that a fill must match. */
function withoutTokenRemoval(link: RedisLink): RedisLink {
  return {
    get isUsable() {
      return link.isUsable;
    },
    get trouble() {
      return link.trouble;
    },
    evaluate: link.evaluate,
    remove: (keys) => link.remove(keys.filter((key) => key.endsWith(':entry'))),
    put: link.put,
    markLost: link.markLost,
    onRecovered: link.onRecovered,
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
