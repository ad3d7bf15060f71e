import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import { onOwnRedis } from '../../test/support/freshness/test-redis.ts';
import { until } from '../../test/support/server/until.ts';
import { RedisStore } from '../freshness/index.ts';
import { SampledClock } from './db/database-clock.ts';
import { createLogger } from './logger.ts';
import { openRedis } from './redis-link.ts';

/** Opens Redis as the program does, and collects the reasons of its warnings. */
function openCollecting(url: string) {
  const warnings: string[] = [];
  const logger = createLogger('silent');
  logger.warn = ({ reason }: { reason: string }) => void warnings.push(reason);
  // A command may take longer where all processors are busy.
  const link = openRedis(url, logger, 1_000);
  const store = new RedisStore(link, new SampledClock(), 'installation');
  return { link, store, warnings, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

describe('a Redis that never works', () => {
  it('is reported once where nothing listens, with the address', async () => {
    await using opened = openCollecting('redis://127.0.0.1:9');
    await until('the trouble is known', () => opened.warnings.length > 0);
    expect(opened.link.trouble).toContain('ECONNREFUSED 127.0.0.1:9');
    expect(opened.warnings).toEqual([opened.link.trouble]);
  });
});

onOwnRedis('a Redis that refuses', (startRedis) => {
  it('is reported with its reason when the password or a right is missing', async () => {
    await using redis = await startRedis('--requirepass', 'secret');
    const as = (user: string, password: string) => redis.url.replace('//', `//${user}:${password}@`);
    const admin = createClient({ url: as('', 'secret') });
    await admin.connect();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => admin.destroy());
    const rights = ['+@all'];
    const refused = [['-eval'], ['-del'], ['-hset'], ['-pexpire'], ['-set'], ['-hmget'], ['resetkeys', '~other:*']];
    for (const [index, without] of [[], ...refused].entries()) {
      await admin.sendCommand(['ACL', 'SETUSER', `user${index}`, 'on', '>p', '~*', ...rights, ...without]);
    }
    await using allowed = openCollecting(as('user0', 'p'));
    await until('Redis is in use', () => allowed.link.isUsable);
    expect([allowed.link.trouble, allowed.warnings]).toEqual([undefined, []]);
    const users = refused.map((_without, index) => as(`user${index + 1}`, 'p'));
    for (const url of [redis.url, as('', 'wrong'), as('unknown', 'p'), ...users]) {
      await using opened = openCollecting(url);
      await until('the trouble is known', () => opened.warnings.length > 0);
      expect([url, opened.link.isUsable]).toEqual([url, false]);
      expect(opened.link.trouble).toMatch(/NOAUTH|WRONGPASS|NOPERM|user executing the script|right to/i);
    }
    // A right that is taken away later is noticed with the next command.
    await admin.sendCommand(['ACL', 'SETUSER', 'user0', '-eval']);
    await allowed.store.acquire('view', 'key', 1_000);
    await until('the loss is known', () => /NOPERM/i.test(allowed.link.trouble ?? ''));
    await admin.sendCommand(['ACL', 'SETUSER', 'user0', '+eval']);
    await until('Redis is in use again', () => allowed.link.isUsable);
  });
});
