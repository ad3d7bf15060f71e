import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { FreshView } from '../../../src/freshness/fresh-view.ts';
import { Freshness, RedisStore, type View } from '../../../src/freshness/index.ts';
import { MemoryStore } from '../../../src/freshness/memory-store.ts';
import type { RemoteStore } from '../../../src/freshness/remote-store.ts';
import type { ViewOptions } from '../../../src/freshness/view.ts';
import { type Reader, readInstallation } from '../../../src/platform/db/database.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { openRedis, type RedisLink } from '../../../src/platform/redis-link.ts';

export const RACED = `
  create table raced (key bigint primary key, version bigint not null);
  call announce_changes_of('raced', 'raced', 'key')`;

/** What a race is about: how often a key has been written. */
interface Raced {
  version: number;
}

interface Load {
  readonly key: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Which of the two fences is taken away, for a control. */
export type Unfenced = 'memory' | 'shared' | undefined;

/** The freshness of one instance: a database, a feed, a link to Redis and two views, none shared with another one. */
export interface FreshInstance extends AsyncDisposable {
  /** Shared through Redis, and loaded whole. */
  readonly shared: View<number, Raced>;
  /** Kept in this instance, and patched. */
  readonly patched: View<number, Raced>;
  readonly redis: RedisLink;
  /** Every load and patch there has been. */
  readonly loads: readonly Load[];
  /** @returns the version written, once the instance would answer */
  write(key: number): Promise<number>;
  /** Resolves when all that has been committed is told. */
  caughtUp(): Promise<void>;
}

export interface FreshInstanceOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly boundMs: number;
  /** How long the source takes before it looks, and again before it answers. */
  wobbleMs(): number;
  readonly unfenced?: Unfenced;
}

const MAX_BYTES = 64 * 2 ** 20;

export async function openFreshInstance(options: FreshInstanceOptions): Promise<FreshInstance> {
  const { databaseUrl, redisUrl, boundMs, wobbleMs, unfenced } = options;
  await using stack = new AsyncDisposableStack();
  const logger = createLogger('silent');
  const database = stack.use(openPostgres({ url: databaseUrl, constraints: {}, onBroken() {} }));
  const clock = new SampledClock();
  const feed = await database.openFeed(clock, logger);
  const redis = stack.use(openRedis(redisUrl, logger));
  const link = unfenced === 'shared' ? keepingTokens(redis) : redis;
  const remote = new RedisStore(link, clock, await database.read(readInstallation));
  const freshness = new Freshness(feed, remote);
  const loads: Load[] = [];

  /** Looks at the table at some moment between two waits, so that changes come before, between and after. */
  async function look(key: number): Promise<number | undefined> {
    const startedAt = performance.now();
    await delay(wobbleMs());
    const version = await database.read((reader) => readVersion(reader, key));
    await delay(wobbleMs());
    loads.push({ key, startedAt, endedAt: performance.now() });
    return version;
  }
  const whole = {
    keyOf: String,
    maxAgeMs: boundMs,
    sizeOf: () => 8,
    async load(key: number) {
      const version = await look(key);
      return version === undefined ? undefined : { version };
    },
  };
  const sharedOptions: ViewOptions<number, Raced> = {
    ...whole,
    name: 'shared',
    codec: { encode: ({ version }) => String(version), decode: (text) => ({ version: Number(text) }) },
  };
  const shared =
    unfenced === 'memory'
      ? new UnfencedView(sharedOptions, new MemoryStore(MAX_BYTES), () => feed.isConnected, remote)
      : freshness.view(sharedOptions, MAX_BYTES);
  if (unfenced === 'memory') feed.subscribe({ changed() {}, cut: () => shared.markUncertain() });
  const patched = freshness.view<number, Raced>(
    {
      ...whole,
      name: 'patched',
      async patch(raced, [key]) {
        raced.version = (await look(Number(key))) ?? 0;
      },
    },
    MAX_BYTES,
  );
  const each = (tell: (key: string) => void) => (keys: readonly string[]) => keys.forEach(tell);
  freshness.listen(shared, { raced: each((key) => shared.invalidate(key)) });
  freshness.listen(patched, { raced: each((key) => patched.invalidatePart(key, key)) });
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

/** The table's word on a key. */
export async function readVersion(reader: Reader, key: number): Promise<number | undefined> {
  const { rows } = await sql<Raced>`select version from raced where key = ${key}`.execute(reader);
  return rows[0]?.version;
}

export function writeVersion(key: number): RawBuilder<Raced> {
  return sql<Raced>`insert into raced values (${key}, 1)
    on conflict (key) do update set version = raced.version + 1 returning version`;
}

/** Control: a change ends what is in memory, and leaves the loads that are under way as they are. */
class UnfencedView<K, V> extends FreshView<K, V> {
  readonly #entries: MemoryStore<V>;
  readonly #shared: RemoteStore;

  constructor(options: ViewOptions<K, V>, store: MemoryStore<V>, isVouched: () => boolean, remote: RemoteStore) {
    super(options, store, isVouched, remote);
    this.#entries = store;
    this.#shared = remote;
  }

  override invalidate(key: string): void {
    this.#entries.delete(key);
    this.#shared.invalidate(this.name, key);
  }
}

/** Control: a change ends an entry in Redis, and leaves the right to fill it as it is. */
function keepingTokens(link: RedisLink): RedisLink {
  return {
    get usable() {
      return link.usable;
    },
    evaluate: link.evaluate,
    remove: (keys) => link.remove(keys.filter((key) => key.endsWith(':entry'))),
    put: link.put,
    distrust: link.distrust,
    onRecovered: link.onRecovered,
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
