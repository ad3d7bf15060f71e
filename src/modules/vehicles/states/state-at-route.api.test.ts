import { type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { loadVehicleSamples } from '../import/vehicle-samples.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples', import.meta.url));
const STATE_URL = '/vehicles/2/timestamp/2022-09-12T10:00:00Z';
/** A header that the route ignores, and that sends the request through the framework. */
const THROUGH_FRAMEWORK = { cookie: 'a' };

eachDatabase('the fast path of vehicle states', (open) => {
  let app: HttpServer;
  let frameworkRequests = 0;

  beforeAll(async () => {
    await loadVehicleSamples(open().database, SAMPLES);
    app = await openTestApp(open().database);
    app.addHook('onRequest', async () => {
      frameworkRequests += 1;
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => app.close());

  /** Sends a request over a socket, because an injected request skips the fast path. */
  async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET') {
    const before = frameworkRequests;
    const { port } = app.server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ port, host: '127.0.0.1', path, headers, method }, resolve).on('error', reject).end();
    });
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode, headers: response.headers, text, fast: frameworkRequests === before };
  }
  type Answer = Awaited<ReturnType<typeof ask>>;

  /** An answer without what differs between any two answers: request id, date, age and time to live. */
  function comparable({ status, headers, text }: Answer) {
    const { date, age, 'x-request-id': id, 'cache-status': cacheStatus, ...rest } = headers;
    expect([date, age, id, cacheStatus]).toEqual([
      expect.any(String),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^Holdfast; hit; ttl=\d+$/),
    ]);
    return { status, headers: rest, text: text.replace(String(id), 'id') };
  }

  it.each([
    ['a state', STATE_URL, 200],
    ['an unknown vehicle', '/vehicles/999999/timestamp/2022-09-12', 404],
    ['a time before the first state', '/vehicles/2/timestamp/2000-01-01', 404],
  ])('the fast answer of %s equals the framework’s in every byte and header', async (_name, path, status) => {
    await ask(path);
    const fast = await ask(path);
    const slow = await ask(path, THROUGH_FRAMEWORK);
    expect([fast.fast, slow.fast, fast.status]).toEqual([true, false, status]);
    expect(comparable(fast)).toEqual(comparable(slow));
    // Control: the comparison finds a missing header and an extra byte.
    const { 'content-security-policy': _, ...fewer } = fast.headers;
    expect(comparable({ ...fast, headers: fewer })).not.toEqual(comparable(slow));
    expect(comparable({ ...fast, text: `${fast.text} ` })).not.toEqual(comparable(slow));
  });

  it('a request that depends on more than its URL goes through the framework', async () => {
    await ask(STATE_URL);
    const { headers, text } = await ask(STATE_URL);
    const head = await ask(STATE_URL, {}, 'HEAD');
    expect(head).toMatchObject({ fast: false, status: 200, text: '', headers: { etag: headers.etag } });
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    const same = await ask(STATE_URL, { 'if-none-match': headers.etag });
    expect(same).toMatchObject({ fast: false, status: 304, text: '' });
    const fresh = await ask(STATE_URL, { 'cache-control': 'no-cache' });
    expect(fresh).toMatchObject({ fast: false, status: 200 });
    expect(fresh.headers['cache-status']).toMatch(/fwd=request/);
    expect(await ask('/vehicles/2/timestamp/2022-09-12T10%3A00')).toMatchObject({ fast: false, status: 200 });
    expect(await ask('/vehicles/2/timestamp/now')).toMatchObject({ fast: false, status: 400 });
  });

  it('a fast answer is counted for its route', async () => {
    await ask(STATE_URL);
    const count = async () => {
      const { text } = await ask('/metrics');
      const line =
        /^holdfast_http_answers_total\{route="GET \/vehicles\/:id\/timestamp\/:timestamp",status="200"\} (\d+)$/m;
      return Number(line.exec(text)?.[1]);
    };
    const before = await count();
    expect((await ask(STATE_URL)).fast).toBe(true);
    expect(await count()).toBe(before + 1);
  });
});
