import { expect, it } from 'vitest';
import { createClient, HoldfastProblem } from './index.ts';

/** A client behind a proxy that answers every request with a page of its own. */
const client = createClient({
  baseUrl: 'http://127.0.0.1:1',
  fetch: async () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } }),
});

it('a call answered with a page rejects with a problem', async () => {
  await expect(client.get('/healthz')).rejects.toThrow(HoldfastProblem);
});

it('an event stream answered with a page rejects with a problem', async () => {
  await expect(client.events().next()).rejects.toThrow(HoldfastProblem);
});
