import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Random } from '../../src/platform/seeded-random.ts';
import type { BookingLoad } from '../support/bookings/booking-load.ts';
import type { FaultyProxy } from '../support/server/faulty-proxy.ts';

interface Stage {
  readonly proxy: FaultyProxy;
  /** Straight to the same database, past the proxy. */
  readonly directUrl: string;
  readonly load: BookingLoad;
  readonly random: Random;
  /** For what may go on after the outage is over. */
  readonly later: Promise<void>[];
}

/** Something bad that happens to the database, for a while. */
export interface Outage {
  readonly name: string;
  /** Whether the database is out of reach all the while, so that nothing can be ready. */
  readonly away: boolean;
  /** Does the damage, waits, and mends it. */
  happen(stage: Stage): Promise<void>;
}

export const OUTAGES: readonly Outage[] = [
  {
    name: 'backends terminated at random for 10 s',
    away: false,
    async happen({ directUrl, random }) {
      await withClient(directUrl, async (client) => {
        for (const endMs = performance.now() + 10_000; performance.now() < endMs; ) {
          await client.query(`
            select pg_terminate_backend(pid) from (
              select pid from pg_stat_activity
               where datname = current_database() and application_name like 'holdfast%' and pid <> pg_backend_pid()
               order by random() limit 1) one`);
          await delay(random.integer(50, 300));
        }
      });
    },
  },
  {
    name: 'connections cut, again and again for 6 s',
    away: false,
    async happen({ proxy, random }) {
      for (const endMs = performance.now() + 6_000; performance.now() < endMs; ) {
        proxy.cut();
        await delay(random.integer(50, 800));
      }
    },
  },
  {
    name: 'refused for 5 s',
    away: true,
    async happen({ proxy }) {
      await proxy.refuse();
      await delay(5_000);
      await proxy.restore();
    },
  },
  {
    name: 'frozen for 4 s',
    away: true,
    async happen({ proxy }) {
      proxy.freeze();
      await delay(4_000);
      await proxy.restore();
    },
  },
  {
    name: 'frozen for 20 s, with 600 more buyers',
    away: true,
    async happen({ proxy, load, later }) {
      proxy.freeze();
      later.push(load.burst(600));
      await delay(20_000);
      await proxy.restore();
    },
  },
  {
    name: 'lost for 15 s: the old connections stay silent for ever',
    away: true,
    async happen({ proxy }) {
      proxy.lose();
      await delay(15_000);
      await proxy.restore();
    },
  },
  {
    name: 'every connection of the pool waits for a lock for 8 s',
    away: false,
    async happen({ directUrl, load, later }) {
      await withClient(directUrl, async (client) => {
        await client.query('begin');
        await client.query('lock table client in access exclusive mode');
        later.push(load.burst(100));
        await delay(8_000);
        await client.query('rollback');
      });
    },
  },
];

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'the test' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
