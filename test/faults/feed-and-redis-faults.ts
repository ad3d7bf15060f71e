import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { createClient } from 'redis';
import type { Database } from '../../src/platform/db/database.ts';
import type { Random } from '../../src/platform/seeded-random.ts';
import type { OwnRedis } from '../support/freshness/own-redis.ts';

/** Injects faults of the change feed and of Redis into all races at once. */
export interface FaultInjector extends AsyncDisposable {
  /** Number of injections by fault. */
  readonly injected: Readonly<Record<string, number>>;
  /** Injects a random fault. */
  inject(random: Random): Promise<void>;
}

export async function openFaultInjector(redis: OwnRedis, database: Database): Promise<FaultInjector> {
  const admin = createClient({ url: redis.url });
  admin.on('error', () => {});
  await admin.connect();
  const disconnectFeeds = (feeds: number | null) =>
    database.read((reader) =>
      sql`select pg_terminate_backend(pid) from (
            select pid from pg_stat_activity
             where datname = current_database() and application_name = 'holdfast feed'
             order by random() limit ${feeds}::integer) chosen`.execute(reader),
    );
  const faults: Readonly<Record<string, (random: Random) => Promise<unknown>>> = {
    'one feed disconnected': () => disconnectFeeds(1),
    'every feed disconnected': () => disconnectFeeds(null),
    'Redis flushed': () => admin.flushAll(),
    'Redis paused': (random) => admin.sendCommand(['CLIENT', 'PAUSE', String(random.integer(10, 150)), 'ALL']),
    async 'Redis stopped'(random) {
      redis.freeze();
      await delay(random.integer(10, 150));
      redis.thaw();
    },
  };
  const injected: Record<string, number> = {};
  return {
    injected,
    async inject(random) {
      const name = random.pick(Object.keys(faults));
      injected[name] = (injected[name] ?? 0) + 1;
      await faults[name]?.(random);
    },
    async [Symbol.asyncDispose]() {
      admin.destroy();
    },
  };
}
