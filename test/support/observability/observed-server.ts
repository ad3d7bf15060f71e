import { createClient, type HoldfastClient } from '../../../client/index.ts';
import { type ChildServer, startChildServer } from '../server/child-server.ts';
import { OPERATOR_KEY } from '../server/principals.ts';

/** A server with everything that has metrics: access control, suppliers, Redis, webhooks. */
export interface ObservedServer extends AsyncDisposable {
  readonly server: ChildServer;
  readonly url: string;
  /** Sends requests as an operator. */
  readonly operator: HoldfastClient;
  /** A key with which `/metrics` may be read. */
  readonly monitorKey: string;
}

/** Starts it with an embedded database and simulated suppliers. @param env changes to its settings */
export async function startObservedServer(env: Readonly<Record<string, string>> = {}): Promise<ObservedServer> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await startChildServer({
      HOLDFAST_DATA_DIR: 'memory:',
      HOLDFAST_SAMPLES: 'on',
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
