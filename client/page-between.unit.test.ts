import { expect, it } from 'vitest';
import { createClient, HoldfastProblem } from './index.ts';

/** What stands between answers everything with a page of its own. */
const client = createClient({
  baseUrl: 'http://127.0.0.1:1',
  fetch: async () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } }),
});

it('tells a page from an answer', async () => {
  await expect(client.get('/healthz')).rejects.toThrow(HoldfastProblem);
});

it('tells a page from a stream of events', async () => {
  await expect(client.events().next()).rejects.toThrow(HoldfastProblem);
});
