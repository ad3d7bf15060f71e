import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { openClient } from '../../src/platform/db/session/session.ts';
import type { Random } from '../../src/platform/seeded-random.ts';
import type { BookingLoad } from '../support/bookings/booking-load.ts';
import type { FaultyProxy } from '../support/server/faulty-proxy.ts';

interface OutageContext {
  readonly proxy: FaultyProxy;
  /** URL of the same database without the proxy. */
  readonly directUrl: string;
  readonly load: BookingLoad;
  readonly random: Random;
  /** Work that may continue after the outage. */
  readonly later: Promise<void>[];
}

/** A temporary fault of the database. */
export interface Outage {
  readonly name: string;
  /** Whether the database is unreachable all the time, so that the server cannot be ready. */
  readonly unavailable: boolean;
  /** Injects the fault, waits, and ends it. */
  inject(context: OutageContext): Promise<void>;
}

export const OUTAGES: readonly Outage[] = [
  {
    name: 'backends terminated at random for 10 s',
    unavailable: false,
    async inject({ directUrl, random }) {
      await withClient(directUrl, async (client) => {
        for (const endMs = performance.now() + 10_000; performance.now() < endMs; ) {
          await client.query(`
            select pg_terminate_backend(pid) from (
              select pid from pg_stat_activity
               where datname = current_database() and application_name like 'holdfast%' and pid <> pg_backend_pid()
               order by random() limit 1) session`);
          await delay(random.integer(50, 300));
        }
      });
    },
  },
  {
    name: 'connections cut repeatedly for 6 s',
    unavailable: false,
    async inject({ proxy, random }) {
      for (const endMs = performance.now() + 6_000; performance.now() < endMs; ) {
        proxy.cut();
        await delay(random.integer(50, 800));
      }
    },
  },
  {
    name: 'refused for 5 s',
    unavailable: true,
    async inject({ proxy }) {
      await proxy.refuse();
      await delay(5_000);
      await proxy.restore();
    },
  },
  {
    name: 'frozen for 4 s',
    unavailable: true,
    async inject({ proxy }) {
      proxy.freeze();
      await delay(4_000);
      await proxy.restore();
    },
  },
  {
    name: 'frozen for 20 s, with 600 more buyers',
    unavailable: true,
    async inject({ proxy, load, later }) {
      proxy.freeze();
      later.push(load.burst(600));
      await delay(20_000);
      await proxy.restore();
    },
  },
  {
    name: 'lost for 15 s: the old connections stay silent forever',
    unavailable: true,
    async inject({ proxy }) {
      proxy.lose();
      await delay(15_000);
      await proxy.restore();
    },
  },
  {
    name: 'every connection of the pool waits for a lock for 8 s',
    unavailable: false,
    async inject({ directUrl, load, later }) {
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
  const client = await openClient(url, { applicationName: 'the test' });
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
