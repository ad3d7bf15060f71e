import { type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { loadVehicleSamples } from '../import/vehicle-samples.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples', import.meta.url));
const KNOWN = '/vehicles/2/timestamp/2022-09-12T10:00:00Z';
/** Means nothing to the route, and takes a request through the framework. */
const PLAIN = { cookie: 'a' };

eachDatabase('a state beside the framework', (open) => {
  let app: HttpServer;
  let throughFramework = 0;

  beforeAll(async () => {
    await loadVehicleSamples(open().database, SAMPLES);
    app = await openTestApp(open().database);
    app.addHook('onRequest', async () => {
      throughFramework += 1;
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => app.close());

  /** Over a socket: what is injected into the framework never meets the shortcut. */
  async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET') {
    const before = throughFramework;
    const { port } = app.server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ port, host: '127.0.0.1', path, headers, method }, resolve).on('error', reject).end();
    });
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode, headers: response.headers, text, direct: throughFramework === before };
  }
  type Asked = Awaited<ReturnType<typeof ask>>;

  /** Without what differs between any two answers: the request's id, the date, and how old the knowledge is. */
  function comparable({ status, headers, text }: Asked) {
    const { date, age, 'x-request-id': id, 'cache-status': found, ...rest } = headers;
    expect([date, age, id, found]).toEqual([
      expect.any(String),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^Holdfast; hit; ttl=\d+$/),
    ]);
    return { status, headers: rest, text: text.replace(String(id), 'id') };
  }

  it.each([
    ['a state', KNOWN, 200],
    ['no such vehicle', '/vehicles/999999/timestamp/2022-09-12', 404],
    ['no state yet', '/vehicles/2/timestamp/2000-01-01', 404],
  ])('is the framework’s to the byte and the header: %s', async (_what, path, status) => {
    await ask(path);
    const direct = await ask(path);
    const plain = await ask(path, PLAIN);
    expect([direct.direct, plain.direct, direct.status]).toEqual([true, false, status]);
    expect(comparable(direct)).toEqual(comparable(plain));
    // The comparison would notice a header less and a byte more.
    const { 'content-security-policy': _, ...fewer } = direct.headers;
    expect(comparable({ ...direct, headers: fewer })).not.toEqual(comparable(plain));
    expect(comparable({ ...direct, text: `${direct.text} ` })).not.toEqual(comparable(plain));
  });

  it('is left to the framework when more than the address matters', async () => {
    await ask(KNOWN);
    const { headers, text } = await ask(KNOWN);
    const head = await ask(KNOWN, {}, 'HEAD');
    expect(head).toMatchObject({ direct: false, status: 200, text: '', headers: { etag: headers.etag } });
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(text)));
    const same = await ask(KNOWN, { 'if-none-match': headers.etag });
    expect(same).toMatchObject({ direct: false, status: 304, text: '' });
    const fresh = await ask(KNOWN, { 'cache-control': 'no-cache' });
    expect(fresh).toMatchObject({ direct: false, status: 200 });
    expect(fresh.headers['cache-status']).toMatch(/fwd=request/);
    expect(await ask('/vehicles/2/timestamp/2022-09-12T10%3A00')).toMatchObject({ direct: false, status: 200 });
    expect(await ask('/vehicles/2/timestamp/now')).toMatchObject({ direct: false, status: 400 });
  });

  it('is counted as the route’s', async () => {
    await ask(KNOWN);
    const count = async () => {
      const { text } = await ask('/metrics');
      const line =
        /^holdfast_http_answers_total\{route="GET \/vehicles\/:id\/timestamp\/:timestamp",status="200"\} (\d+)$/m;
      return Number(line.exec(text)?.[1]);
    };
    const before = await count();
    expect((await ask(KNOWN)).direct).toBe(true);
    expect(await count()).toBe(before + 1);
  });
});
