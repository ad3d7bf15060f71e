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

onPostgres('a view whose feed is silent', (open) => {
  it('shares a load with whoever comes soon, and not with whoever has written meanwhile', async () => {
    const { url = '' } = open();
    await using proxy = await openProxy(targetOf(url, 5432), feedOrPool);
    await using database = openPostgres({ url: through(url, proxy), constraints: {}, onBroken() {} });
    const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
    const looks: PromiseWithResolvers<string>[] = [];
    const view = new Freshness(feed, undefined).view<string, string>(
      {
        name: 'test',
        keyOf: (key) => key,
        maxAgeMs: 60_000,
        sizeOf: (text) => text.length,
        load() {
          const look = Promise.withResolvers<string>();
          looks.push(look);
          return look.promise;
        },
      },
      100_000,
    );
    let cuts = 0;
    feed.subscribe({ changed() {}, cut: () => (cuts += 1) });
    proxy.freeze('feed');
    await until('the feed is cut', () => cuts > 0);

    const early = [view.get('a'), view.get('a')];
    await settled();
    expect(looks).toHaveLength(1);
    await database.transaction((tx) => sql`insert into provider (first_name, last_name) values ('A', 'B')`.execute(tx));
    const late = view.get('a');
    await settled();
    expect([feed.isConnected, looks.length]).toEqual([false, 2]);
    looks[0]?.resolve('before');
    looks[1]?.resolve('after');
    expect((await Promise.all([...early, late])).map(({ value }) => value)).toEqual(['before', 'before', 'after']);
  });
});
