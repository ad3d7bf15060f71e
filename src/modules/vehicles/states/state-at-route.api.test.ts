import { type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { loadVehicleSamples } from '../import/vehicle-samples.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples', import.meta.url));
const STATE_URL = '/vehicles/2/timestamp/2022-09-12T10:00:00Z';
/** A header that the route ignores, and that sends the request through the framework. */
const THROUGH_FRAMEWORK = { cookie: 'a' };
/** The headers that a proxy which ends TLS adds. */
const PROXIED = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'book.example' };

eachDatabase('the fast path of vehicle states', (open) => {
  let app: HttpServer;
  let frameworkRequests = 0;

  beforeAll(async () => {
    await loadVehicleSamples(open().database, SAMPLES);
    app = await openTestApp(open().database, { TRUST_PROXY: '127.0.0.1' });
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
    const { statusCode: status, headers: byName, rawHeaders } = response;
    return { status, headers: byName, rawHeaders, text, fast: frameworkRequests === before };
  }
  type Answer = Awaited<ReturnType<typeof ask>>;

  /** An answer without what differs between any two answers: request id, date, age and time to live. */
  function comparable({ status, headers, rawHeaders, text }: Answer) {
    const { date, age, 'x-request-id': id, 'cache-status': cacheStatus } = headers;
    expect([date, age, id, cacheStatus]).toEqual([
      expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^Holdfast; hit; ttl=\d+$/),
    ]);
    const varying = new Set([date, age, id, cacheStatus]);
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : []));
    const fields = lines.map(([name, value]) => (varying.has(value) ? `${name}` : `${name}: ${value}`)).sort();
    return { status, fields, text: text.replace(String(id), 'id') };
  }

  it.each([
    ['a state', STATE_URL, 200],
    ['an unknown vehicle', '/vehicles/999999/timestamp/2022-09-12', 404],
    ['a time before the first state', '/vehicles/2/timestamp/2000-01-01', 404],
  ])('the fast answer of %s equals the framework’s in every byte and header', async (_name, path, status) => {
    await ask(path);
    for (const headers of [{}, PROXIED]) {
      const fast = await ask(path, headers);
      const slow = await ask(path, { ...headers, ...THROUGH_FRAMEWORK });
      expect([fast.fast, slow.fast, fast.status]).toEqual([true, false, status]);
      expect('strict-transport-security' in fast.headers).toBe(headers === PROXIED);
      expect(comparable(fast)).toEqual(comparable(slow));
      // Control: the comparison finds a missing header and an extra byte.
      expect(comparable({ ...fast, rawHeaders: fast.rawHeaders.slice(0, -2) })).not.toEqual(comparable(slow));
      expect(comparable({ ...fast, text: `${fast.text} ` })).not.toEqual(comparable(slow));
    }
  });

  const digits = (max: number, length: number) => fc.nat({ max }).map((value) => String(value).padStart(length, '0'));
  const date = fc.tuple(fc.constantFrom('2021', '2022', '2023'), digits(13, 2), digits(31, 2));
  const time = fc.tuple(fc.constantFrom('T', 't', ' '), digits(24, 2), fc.constant(':'), digits(59, 2));
  const seconds = fc.tuple(fc.constant(':'), digits(60, 2), fc.option(digits(9_999_999_999, 1), { nil: undefined }));
  const offset = fc.constantFrom('', 'Z', 'z', '+00', '-0330', '+05:45', ' 00', '+24', '+1');
  const timestamp = fc.tuple(date, fc.option(fc.tuple(time, fc.option(seconds))), offset).map(([day, clock, zone]) => {
    const [ofDay, ofMinute] = clock ?? [[], null];
    const fraction = ofMinute?.[2] === undefined ? '' : `.${ofMinute[2]}`;
    return `${day.join('-')}${ofDay.join('')}${ofMinute?.slice(0, 2).join('') ?? ''}${fraction}${zone}`;
  });
  /** The characters that a client encodes: those that it must, those that `encodeURIComponent` does, or any. */
  const encoding = fc.oneof(
    fc.constantFrom(/ /g, /[ :+]/g),
    fc.constantFrom('0', '-', 'T', 'Z', '2').map((char) => new RegExp(`[ ${char}]`, 'g')),
  );
  const encode = (text: string, encoded: RegExp, isLower: boolean) =>
    text.replace(encoded, (char) => {
      const hex = char.charCodeAt(0).toString(16).padStart(2, '0');
      return `%${isLower ? hex : hex.toUpperCase()}`;
    });

  it('every form of a timestamp takes the fast path, with the framework’s answer', async () => {
    await ask(STATE_URL);
    let fastAnswers = 0;
    await fc.assert(
      fc.asyncProperty(timestamp, encoding, fc.boolean(), async (text, encoded, isLower) => {
        const path = `/vehicles/2/timestamp/${encode(text, encoded, isLower)}`;
        const [fast, slow] = [await ask(path), await ask(path, THROUGH_FRAMEWORK)];
        expect([fast.status, fast.fast, slow.fast]).toEqual([slow.status, slow.status !== 400, false]);
        if (!fast.fast) return;
        fastAnswers += 1;
        expect(comparable(fast)).toEqual(comparable(slow));
      }),
      { numRuns: 150 },
    );
    expect(fastAnswers).toBeGreaterThan(30);
  });

  it.each([
    '2022-09-12%2010:00:00+00',
    '2022-09-12%2010%3A00%3A00%2B00',
    '2022-09-12T10:00:00.123456789Z',
    '2022-09-12t10:00:00z',
    '2022-09-12T12:00:00%2B02:00',
    '2022-09-12',
  ])('/vehicles/2/timestamp/%s takes the fast path', async (form) => {
    await ask(STATE_URL);
    expect(await ask(`/vehicles/2/timestamp/${form}`)).toMatchObject({ fast: true, status: 200 });
  });

  it.each([
    '2022-09-12%25',
    '2022-09-12%2',
    '2022-09-12%',
    '2022-09-12%C3%A9',
    '2022-09-12%252010:00',
    '2022-09-12%00',
  ])('/vehicles/2/timestamp/%s returns 400', async (form) => {
    expect(await ask(`/vehicles/2/timestamp/${form}`)).toMatchObject({ status: 400 });
  });

  it('a connection carries fast and framework answers in the order of their requests', async () => {
    await ask(STATE_URL);
    const request = (vehicle: number, header = '') =>
      `GET /vehicles/${vehicle}/timestamp/2022-09-12%2010:00 HTTP/1.1\r\nhost: a\r\n${header}\r\n`;
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(request(2) + request(999_999, 'cookie: a\r\n') + request(2) + request(2, 'connection: close\r\n'));
    let received = '';
    for await (const chunk of socket.setEncoding('utf8')) received += chunk;
    expect(received.match(/HTTP\/1\.1 \d+|Connection: .*(?=\r)/g)).toEqual([
      ...['HTTP/1.1 200', 'Connection: keep-alive', 'HTTP/1.1 404', 'Connection: keep-alive'],
      ...['HTTP/1.1 200', 'Connection: keep-alive', 'HTTP/1.1 200', 'Connection: close'],
    ]);
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
    expect(await ask(`${STATE_URL}?at=now`)).toMatchObject({ fast: false, status: 400 });
    expect(await ask(STATE_URL, { connection: 'close' })).toMatchObject({ fast: false, status: 200 });
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
