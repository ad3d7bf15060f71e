import { SecretBox, startDeliveries } from '../../../src/modules/webhooks/index.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { SampledClock } from '../../../src/platform/db/database-clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { OutboundClient } from '../../../src/platform/outbound/outbound-client.ts';

/** A worker of one instance that sends to loopback, with stored secrets that are not encrypted. */
export async function startWorker(database: Database): Promise<AsyncDisposable> {
  const logger = createLogger('silent');
  const feed = await database.openFeed(new SampledClock(), logger);
  const outbound = new OutboundClient({ permitted: ['127.0.0.0/8'] });
  const send = async (...[url, headers, body, options]: Parameters<Parameters<typeof startDeliveries>[0]['send']>) =>
    outbound.post(url, headers, body, options);
  const describeSupplier = async () => undefined;
  const secrets = new SecretBox([]);
  const deps = { database, feed, logger, send, describeSupplier, openSecret: (sealed: string) => secrets.open(sealed) };
  const worker = startDeliveries({ ...deps, userAgent: 'Holdfast' }, createMetrics());
  return {
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      outbound[Symbol.dispose]();
    },
  };
}
