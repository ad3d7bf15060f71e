import { createClient, type HoldfastClient } from '../../../client/index.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { createOnPostgres } from '../database/own-database.ts';
import { type ChildServer, startChildServer } from '../server/child-server.ts';
import { OPERATOR_KEY } from '../server/principals.ts';
import { writeSuppliersFile } from '../supply/suppliers-file.ts';

/** A server with everything that is observed: access control, PostgreSQL, two simulated suppliers, webhooks. */
export interface ObservedServer extends AsyncDisposable {
  readonly server: ChildServer;
  readonly url: string;
  /** Sends requests as an operator. */
  readonly operator: HoldfastClient;
  /** A key with which `/metrics` may be read. */
  readonly monitorKey: string;
}

/**
 * Starts it with a database of its own.
 *
 * @param postgres the server for that database
 * @param env changes to its settings, such as REDIS_URL
 */
export async function startObservedServer(
  postgres: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ObservedServer> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createOnPostgres(postgres));
  const tours = stack.use(await startSimulator({ kind: 'per-date', timeZone: 'Asia/Singapore', limits: ['30/1m'] }));
  const venue = stack.use(await startSimulator({ kind: 'snapshot', timeZone: 'Asia/Singapore', limits: ['1/1h'] }));
  const suppliers = stack.use(
    await writeSuppliersFile([
      { id: 'tours', adapter: 'per-date', base_url: tours.url, pull_limits: ['30/1m'], products: tours.productIds },
      { id: 'venue', adapter: 'snapshot', base_url: venue.url, pull_limits: ['1/1h'] },
    ]),
  );
  const server = stack.use(
    await startChildServer({
      ...database.env,
      SUPPLIERS_FILE: suppliers.path,
      AUTH: 'on',
      HOLDFAST_OPERATOR_KEY: OPERATOR_KEY,
      RATE_LIMIT: 'off',
      WEBHOOK_ALLOW: '127.0.0.0/8',
      MIN_NOTICE: '0s',
      MAX_LIVE_HOLDS: '1000000',
      ...env,
    }),
  );
  const url = `http://127.0.0.1:${server.port}`;
  const operator = createClient({ baseUrl: url, key: OPERATOR_KEY });
  const { key: monitorKey = '' } = await operator.post('/api/v1/keys', {
    body: { name: 'prometheus', role: 'monitor' },
  });
  const owned = stack.move();
  return { server, url, operator, monitorKey, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
