import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { onPostgres } from '../../test/support/database/test-database.ts';
import { settled } from '../../test/support/freshness/gated-source.ts';
import { feedOrPool, openProxy, targetOf, through } from '../../test/support/server/tcp-proxy.ts';
import { until } from '../../test/support/server/until.ts';
import { SampledClock } from '../platform/db/database-clock.ts';
import { openPostgres } from '../platform/db/postgres-driver.ts';
import { createLogger } from '../platform/logger.ts';
import { Freshness } from './freshness.ts';

onPostgres('a view with a disconnected feed', (open) => {
  it('readers share a load unless this process has written since it began', async () => {
    const { url = '' } = open();
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool);
    await using database = openPostgres({ url: through(url, proxy), constraints: {}, onBroken() {} });
    const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
    const loads: PromiseWithResolvers<string>[] = [];
    const view = new Freshness(feed, undefined).view<string, string>(
      {
        name: 'test',
        keyOf: (key) => key,
        maxAgeMs: 60_000,
        sizeOf: (text) => text.length,
        load() {
          const load = Promise.withResolvers<string>();
          loads.push(load);
          return load.promise;
        },
      },
      100_000,
    );
    let interruptions = 0;
    feed.subscribe({ changed() {}, interrupted: () => (interruptions += 1) });
    proxy.freeze('feed');
    await until('the feed is disconnected', () => interruptions > 0);

    const early = [view.get('a'), view.get('a')];
    await settled();
    expect(loads).toHaveLength(1);
    await database.transaction((tx) => sql`insert into provider (first_name, last_name) values ('A', 'B')`.execute(tx));
    const late = view.get('a');
    await settled();
    expect([feed.isConnected, loads.length]).toEqual([false, 2]);
    loads[0]?.resolve('before');
    loads[1]?.resolve('after');
    expect((await Promise.all([...early, late])).map(({ value }) => value)).toEqual(['before', 'before', 'after']);
  });
});
