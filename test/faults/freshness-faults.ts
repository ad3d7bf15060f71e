import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { createClient } from 'redis';
import type { Database } from '../../src/platform/db/database.ts';
import type { Random } from '../../src/platform/seeded-random.ts';
import type { OwnRedis } from '../support/freshness/own-redis.ts';

/** What strikes all races at once. */
export interface Strikes extends AsyncDisposable {
  /** How often each has. */
  readonly struck: Readonly<Record<string, number>>;
  strike(random: Random): Promise<void>;
}

export async function openStrikes(redis: OwnRedis, database: Database): Promise<Strikes> {
  const admin = createClient({ url: redis.url });
  admin.on('error', () => {});
  await admin.connect();
  const cut = (feeds: number | null) =>
    database.read((reader) =>
      sql`select pg_terminate_backend(pid) from (
            select pid from pg_stat_activity
             where datname = current_database() and application_name = 'holdfast feed'
             order by random() limit ${feeds}::integer) chosen`.execute(reader),
    );
  const kinds: Readonly<Record<string, (random: Random) => Promise<unknown>>> = {
    'one feed cut': () => cut(1),
    'every feed cut': () => cut(null),
    'Redis flushed': () => admin.flushAll(),
    'Redis paused': (random) => admin.sendCommand(['CLIENT', 'PAUSE', String(random.integer(10, 150)), 'ALL']),
    async 'Redis stopped'(random) {
      redis.freeze();
      await delay(random.integer(10, 150));
      redis.thaw();
    },
  };
  const struck: Record<string, number> = {};
  return {
    struck,
    async strike(random) {
      const name = random.pick(Object.keys(kinds));
      struck[name] = (struck[name] ?? 0) + 1;
      await kinds[name]?.(random);
    },
    async [Symbol.asyncDispose]() {
      admin.destroy();
    },
  };
}
