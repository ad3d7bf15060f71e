import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serveDns } from '../../../test/support/requests/dns-server.ts';
import { serveHostile } from '../../../test/support/requests/hostile-receiver.ts';
import { makeCertificate } from '../../../test/support/server/test-certificate.ts';
import { until } from '../../../test/support/server/until.ts';
import { AddressPolicy } from './address-policy.ts';
import { OutboundClient, type OutboundOptions, type OutboundResult } from './outbound-client.ts';

const LOOPBACK = { permitted: ['127.0.0.0/8'] };
const BODY = '{"type":"webhook.test"}';
const HEADERS = { 'content-type': 'application/json', 'webhook-id': 'evt_1' };
const PUBLIC_ADDRESS = '8.8.8.8';

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly Received[];
  readonly connections: () => number;
}

async function listen(answer: http.RequestListener, tls?: https.ServerOptions): Promise<Listening> {
  const received: Received[] = [];
  const handle: http.RequestListener = async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
    received.push({ headers: request.headers, body });
    answer(request, response);
  };
  const server = tls ? https.createServer(tls, handle) : http.createServer(handle);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const accept: http.RequestListener = (_request, response) => response.writeHead(204).end();
const url = (port: number, host = '127.0.0.1', scheme = 'http') => new URL(`${scheme}://${host}:${port}/hook?a=b`);

async function post(to: URL, options: OutboundOptions = LOOPBACK): Promise<OutboundResult> {
  using client = new OutboundClient(options);
  return await client.post(to, HEADERS, BODY);
}

/** A client that resolves names with a DNS server on loopback. */
function resolvingWith(address: string, options: OutboundOptions = {}): OutboundOptions {
  return { ...options, resolver: { servers: [address], hostsFile: '/nowhere' } };
}

describe('OutboundClient', () => {
  it('a request arrives as it was passed, and its answer is returned', async () => {
    await using server = await listen((_request, response) => {
      response.writeHead(429, { 'retry-after': '120' }).end(`${'ä'.repeat(999)}😀 end`);
    });
    const result = await post(url(server.port));
    expect(result).toEqual({
      ok: true,
      status: 429,
      retryAfterMs: 120_000,
      bodyStart: `${'ä'.repeat(999)}\ufffd`,
      durationMs: expect.any(Number),
    });
    expect(server.received).toEqual([{ body: BODY, headers: expect.objectContaining(HEADERS) }]);
    expect(server.received[0]?.headers).toMatchObject({ host: `127.0.0.1:${server.port}`, 'content-length': '23' });
  });

  it.each([
    ['Sat, 28 Nov 2099 09:00:00 GMT', expect.any(Number)],
    ['Sat, 28 Nov 2015 09:00:00 GMT', 0],
    ['0', 0],
    ['-1', undefined],
    ['soon', undefined],
  ])('a Retry-After of %j is read as a wait', async (value, retryAfterMs) => {
    await using server = await listen((_request, response) => response.writeHead(503, { 'retry-after': value }).end());
    expect(await post(url(server.port))).toMatchObject({ ok: true, status: 503, retryAfterMs });
  });

  it('a connection is used again, and one that the receiver has closed costs no request', async () => {
    await using server = await listen(accept);
    using client = new OutboundClient(LOOPBACK);
    for (const _ of [1, 2, 3]) await client.post(url(server.port), HEADERS, BODY);
    expect(server.connections()).toBe(1);

    let answered = 0;
    await using closing = await serveHostile((socket) => {
      socket.on('data', () => socket.destroy());
      answered += 1;
      socket.write('HTTP/1.1 204 OK\r\n\r\n');
    });
    for (const _ of [1, 2, 3]) {
      expect(await client.post(url(closing.port), HEADERS, BODY)).toMatchObject({ ok: true, status: 204 });
    }
    expect(answered).toBe(3);
  });

  it('a credential in a URL is not sent', async () => {
    await using server = await listen(accept);
    await post(new URL(`http://me:pw@127.0.0.1:${server.port}/`));
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('variables that name a proxy have no effect', async () => {
    await using proxy = await listen(accept);
    await using server = await listen(accept);
    const address = `http://127.0.0.1:${proxy.port}`;
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'];
    const env = { ...Object.fromEntries(names.map((name) => [name, address])), NODE_USE_ENV_PROXY: '1', NO_PROXY: '' };
    const run = (program: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { env });
    await run(`import { OutboundClient } from ${JSON.stringify(new URL('./outbound-client.ts', import.meta.url).href)};
      using client = new OutboundClient({ permitted: ['127.0.0.0/8'] });
      await client.post(new URL('${url(server.port)}'), {}, '');`);
    expect([proxy.received.length, server.received.length]).toEqual([0, 1]);
    // Control: a request of Node with the same variables goes to the proxy.
    await run(`await fetch('${url(server.port)}');`).catch(() => {});
    expect(server.received).toHaveLength(1);
    expect(proxy.connections()).toBe(1);
  });
});

describe('forbidden addresses', () => {
  it.each(['127.0.0.1', 'localhost', '[::ffff:7f00:1]', '0x7f.1', '2130706433', 'localhost.'])(
    'https and http to %s connect to nothing',
    async (host) => {
      await using receiver = await serveHostile(() => {});
      for (const scheme of ['https', 'http']) {
        expect(await post(url(receiver.port, host, scheme), {})).toMatchObject({
          ok: false,
          reason: 'address-not-allowed',
        });
      }
      expect(receiver.connections).toBe(0);
    },
  );

  it('control: with loopback permitted the same hosts are reached', async () => {
    await using server = await listen(accept);
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433', 'localhost.']) {
      expect([host, await post(url(server.port, host))]).toEqual([host, expect.objectContaining({ status: 204 })]);
    }
  });

  it('plain http to a public address connects to nothing', async () => {
    expect(await post(new URL(`http://${PUBLIC_ADDRESS}/`))).toMatchObject({ reason: 'address-not-allowed' });
  });

  it('a redirect to a forbidden address is an answer, and is not followed', async () => {
    await using target = await serveHostile(() => {});
    await using server = await listen((_request, response) => {
      response.writeHead(301, { location: `http://127.0.0.2:${target.port}/` }).end();
    });
    const permitted = ['127.0.0.1'];
    expect(await post(url(server.port), { permitted })).toMatchObject({ ok: true, status: 301 });
    expect(target.connections).toBe(0);
  });

  it('an address that turns out forbidden when the connection is open receives no byte', async () => {
    await using receiver = await serveHostile(() => {});
    const permits = vi.spyOn(AddressPolicy.prototype, 'permits').mockReturnValueOnce(true).mockReturnValueOnce(false);
    const result = await post(url(receiver.port, '127.0.0.1', 'https'), {});
    permits.mockRestore();
    expect(result).toMatchObject({ ok: false, reason: 'address-not-allowed' });
    await until('the connection is closed', () => receiver.connections === 1 && receiver.open === 0);
    expect(receiver.bytes).toBe(0);
  });
});

describe('names', () => {
  /** A name that is public when it is checked, and loopback from then on. */
  const serveRebinding = () =>
    serveDns((_name, type, count) => (type === 'AAAA' ? [] : [count === 0 ? PUBLIC_ADDRESS : '127.0.0.1']));

  it('a name that is public when its URL is checked and loopback when it is used connects to nothing', async () => {
    await using dns = await serveRebinding();
    await using receiver = await serveHostile(() => {});
    using client = new OutboundClient(resolvingWith(dns.address));
    const to = url(receiver.port, 'rebind.test', 'https');
    expect(await client.checkUrl(to.href)).toMatchObject({ ok: true });
    expect(await client.post(to, HEADERS, BODY)).toMatchObject({ ok: false, reason: 'address-not-allowed' });
    expect(receiver.connections).toBe(0);
    expect(dns.questions.filter((question) => question === 'A rebind.test')).toHaveLength(2);
  });

  it('a name is resolved once for a connection, so an answer that changes in between is never seen', async () => {
    await using dns = await serveRebinding();
    await using receiver = await serveHostile(() => {});
    const options = resolvingWith(dns.address, { connectMs: 300 });
    expect(await post(url(receiver.port, 'rebind.test', 'https'), options)).toMatchObject({ ok: false });
    expect(receiver.connections).toBe(0);
    expect(dns.questions.filter((question) => question === 'A rebind.test')).toHaveLength(1);
  });

  it('control: a check that resolves, followed by a request that resolves again, reaches the listener', async () => {
    await using dns = await serveRebinding();
    await using server = await listen(accept);
    const resolver = new Resolver();
    resolver.setServers([dns.address]);
    const [checked = ''] = await resolver.resolve4('rebind.test');
    expect(new AddressPolicy([]).permits(checked, false)).toBe(true);
    const request = http.request(url(server.port, 'rebind.test'), {
      method: 'POST',
      agent: false,
      lookup: async (name, _options, callback) => {
        const addresses = await resolver.resolve4(name);
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      },
    });
    request.end(BODY);
    await once(request, 'response');
    request.destroy();
    expect(server.received).toHaveLength(1);
  });

  it('only the permitted addresses of a name are used', async () => {
    await using dns = await serveDns((_name, type) => (type === 'A' ? ['127.0.0.9', '127.0.0.1', '10.0.0.1'] : []));
    await using server = await listen(accept);
    const options = resolvingWith(dns.address, { permitted: ['127.0.0.1'] });
    expect(await post(url(server.port, 'mixed.test'), options)).toMatchObject({ status: 204 });
    using client = new OutboundClient(options);
    expect(await client.checkUrl('http://mixed.test/')).toMatchObject({ problem: 'address-not-allowed' });
  });

  it('plain http to a name that also has a public address is refused when it is created', async () => {
    await using dns = await serveDns((_name, type) => (type === 'A' ? ['127.0.0.1', PUBLIC_ADDRESS] : []));
    using client = new OutboundClient(resolvingWith(dns.address, LOOPBACK));
    expect(await client.checkUrl('http://mixed.test/')).toMatchObject({ ok: false, problem: 'scheme' });
    expect(await client.checkUrl('https://mixed.test/')).toMatchObject({ ok: true });
  });

  it('a name without addresses is not found, and accepted when it is created', async () => {
    await using dns = await serveDns(() => []);
    using client = new OutboundClient(resolvingWith(dns.address));
    expect(await client.checkUrl('https://gone.test/')).toMatchObject({ ok: true });
    expect(await client.post(new URL('https://gone.test/'), HEADERS, BODY)).toMatchObject({ reason: 'name-not-found' });
  });

  it('DNS servers that never answer delay neither other names nor the thread pool', async () => {
    await using dns = await serveDns((name) => (name.startsWith('hung') ? undefined : ['127.0.0.1']));
    await using server = await listen(accept);
    using client = new OutboundClient(resolvingWith(dns.address, { ...LOOPBACK, connectMs: 1_500 }));
    const hung = Array.from({ length: 20 }, (_, index) =>
      client.post(url(server.port, `hung${index}.test`), HEADERS, BODY),
    );
    await until('the questions have arrived', () => dns.questions.length >= 40);
    const quick = await client.post(url(server.port, 'quick.test'), HEADERS, BODY);
    expect(quick).toMatchObject({ ok: true, status: 204 });
    expect(quick.durationMs).toBeLessThan(1_000);
    const results = await Promise.all(hung);
    expect(new Set(results.map((result) => result.ok || result.reason))).toEqual(new Set(['time-out']));
    expect(Math.max(...results.map(({ durationMs }) => durationMs))).toBeLessThan(3_000);
  });
});

describe('TLS', () => {
  const { key, cert } = makeCertificate('DNS:localhost,IP:127.0.0.1');

  it('a receiver with a trusted certificate for its name is reached, and its connection used again', async () => {
    await using server = await listen(accept, { key, cert });
    using client = new OutboundClient({ ...LOOPBACK, ca: [cert] });
    for (const host of ['localhost', '127.0.0.1', 'localhost', 'localhost.']) {
      expect([host, await client.post(url(server.port, host, 'https'), HEADERS, BODY)]).toEqual([
        host,
        expect.objectContaining({ status: 204 }),
      ]);
    }
    expect(server.connections()).toBe(3);
  });

  it('a certificate of an unknown authority is refused, whatever the environment says', async () => {
    await using server = await listen(accept, { key, cert });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await post(url(server.port, 'localhost', 'https'))).toMatchObject({ ok: false, reason: 'tls' });
    expect(server.received).toHaveLength(0);
  });

  it('a certificate for another name is refused', async () => {
    const other = makeCertificate('DNS:other.test');
    await using server = await listen(accept, other);
    const options = { ...LOOPBACK, ca: [other.cert] };
    expect(await post(url(server.port, 'localhost', 'https'), options)).toMatchObject({ ok: false, reason: 'tls' });
    expect(server.received).toHaveLength(0);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['never answers the handshake', () => {}, 'time-out'],
    ['answers it in plain text', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'tls'],
    ['closes the connection in it', (socket) => socket.destroy(), 'reset'],
  ])('a receiver that %s fails within the connect time-out', async (_what, onRequest, reason) => {
    await using receiver = await serveHostile(onRequest);
    const result = await post(url(receiver.port, 'localhost', 'https'), { ...LOOPBACK, connectMs: 200 });
    expect(result).toMatchObject({ ok: false, reason });
    expect(result.durationMs).toBeLessThan(2_000);
    await until('no connection is left', () => receiver.open === 0);
  });
});

describe('hostile receivers', () => {
  const TOTAL_MS = 400;
  const HEAD = 'HTTP/1.1 200 OK\r\n';

  /** Writes again and again until the connection ends. */
  async function keepWriting(socket: Socket, text: string, everyMs: number): Promise<void> {
    while (!socket.destroyed) {
      if (!socket.write(text)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
      await delay(everyMs);
    }
  }

  it.each<[string, (socket: Socket) => void, object]>([
    ['never answers', () => {}, { ok: false, reason: 'time-out' }],
    ['closes at once', (socket) => socket.destroy(), { ok: false, reason: 'reset' }],
    ['ends without an answer', (socket) => socket.end(), { ok: false, reason: 'reset' }],
    ['resets the connection', (socket) => socket.resetAndDestroy(), { ok: false, reason: 'reset' }],
    ['is no HTTP server', (socket) => socket.write('SSH-2.0-x\r\n'), { ok: false, reason: 'bad-answer' }],
    ['answers a status that is no number', (socket) => socket.write('HTTP/1.1 ok\r\n\r\n'), { reason: 'bad-answer' }],
    [
      'has two lengths',
      (socket) => socket.write(`${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
      { ok: false },
    ],
    ['sends 1 MB of headers', (socket) => socket.write(`${HEAD}x: ${'x'.repeat(1e6)}`), { reason: 'bad-answer' }],
    ['sends headers forever', (socket) => void keepWriting(socket, `${'x: y\r\n'.repeat(99)}`, 0), { ok: false }],
    ['sends many small headers', (socket) => socket.write(HEAD + 'a: b\r\n'.repeat(9_000)), { reason: 'bad-answer' }],
    [
      'sends interim answers forever',
      (socket) => void keepWriting(socket, 'HTTP/1.1 103 x\r\n\r\n', 0),
      { reason: 'bad-answer' },
    ],
    [
      'switches protocols',
      (socket) => socket.write('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      { reason: 'bad-answer' },
    ],
    [
      'cuts its body short',
      (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\nab`),
      { ok: false, reason: 'reset' },
    ],
    [
      'has a broken chunk',
      (socket) => socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`),
      { reason: 'bad-answer' },
    ],
    ['sends a header byte by byte', (socket) => void keepWriting(socket, 'H', 50), { ok: false }],
    [
      'sends a body byte by byte',
      (socket) => {
        socket.write(`${HEAD}content-length: 1000\r\n\r\n`);
        void keepWriting(socket, 'x', 50);
      },
      { ok: false, reason: 'time-out' },
    ],
    [
      'sends 3 MB',
      (socket) => socket.write(`${HEAD}content-length: 3000000\r\n\r\n${'x'.repeat(3e6)}`),
      { ok: true, status: 200, bodyStart: 'x'.repeat(1_000) },
    ],
    [
      'sends a body without end',
      (socket) => {
        socket.write(`${HEAD}\r\n`);
        void keepWriting(socket, 'x'.repeat(9_999), 0);
      },
      { ok: true, status: 200, bodyStart: 'x'.repeat(1_000) },
    ],
  ])('a receiver that %s is bounded and leaves no connection', async (_what, onRequest, expected) => {
    await using receiver = await serveHostile(onRequest);
    const result = await post(url(receiver.port), { ...LOOPBACK, totalMs: TOTAL_MS });
    expect(result).toMatchObject(expected);
    expect(result.durationMs).toBeLessThan(TOTAL_MS + 1_500);
    await until('no connection is left', () => receiver.open === 0);
  });

  it('a port where nothing listens is refused', async () => {
    const closed = await serveHostile(() => {});
    await closed[Symbol.asyncDispose]();
    expect(await post(url(closed.port))).toMatchObject({ ok: false, reason: 'refused' });
  });

  it('an abort ends a request in every phase at once, with the reason of the signal', async () => {
    await using dns = await serveDns(() => undefined);
    await using silent = await serveHostile(() => {});
    await using slow = await serveHostile((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\na`));
    const targets = [
      url(silent.port, 'hung.test'),
      url(silent.port, '127.0.0.1', 'https'),
      url(silent.port),
      url(slow.port),
    ];
    using client = new OutboundClient(resolvingWith(dns.address, LOOPBACK));
    const stop = new AbortController();
    const pending = targets.map((to) => client.post(to, HEADERS, BODY, { signal: stop.signal }));
    await until('the requests are under way', () => silent.bytes > 0 && silent.connections === 2 && slow.bytes > 0);
    const startedAt = performance.now();
    stop.abort(new Error('stopping'));
    const results = await Promise.allSettled(pending);
    expect(performance.now() - startedAt).toBeLessThan(200);
    expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
      targets.map(() => 'Error: stopping'),
    );
    await until('no connection is left', () => silent.open === 0 && slow.open === 0, 1_000);
    await expect(client.post(url(silent.port), HEADERS, BODY, { signal: stop.signal })).rejects.toThrow('stopping');
  });

  it('a slow receiver delays no request to another receiver of the same host and port', async () => {
    let count = 0;
    await using receiver = await serveHostile((socket) => {
      count += 1;
      if (count > 50) socket.write(`${HEAD}content-length: 0\r\n\r\n`);
    });
    using client = new OutboundClient({ ...LOOPBACK, totalMs: 3_000 });
    const stop = new AbortController();
    const hung = Array.from({ length: 50 }, () =>
      client.post(url(receiver.port), HEADERS, BODY, { signal: stop.signal }).catch(() => {}),
    );
    await until('the slow requests have arrived', () => count === 50);
    const quick = await client.post(url(receiver.port), HEADERS, BODY);
    expect(quick).toMatchObject({ ok: true, status: 200 });
    expect(quick.durationMs).toBeLessThan(1_000);
    stop.abort();
    await Promise.all(hung);
  });

  it('after all requests and the disposal no socket and no timer is left', async () => {
    const busy = () =>
      process.getActiveResourcesInfo().filter((each) => /Timeout|TCPSocketWrap|TLS|UDP|DNS/i.test(each));
    const before = busy();
    {
      await using server = await listen(accept);
      await using silent = await serveHostile(() => {});
      using client = new OutboundClient({ ...LOOPBACK, totalMs: 150 });
      for (const to of [url(server.port), url(silent.port), url(silent.port, '127.0.0.1', 'https'), url(1)]) {
        await Promise.all(Array.from({ length: 5 }, () => client.post(to, HEADERS, BODY)));
      }
    }
    await until('the resources are those of before', () => busy().length <= before.length);
  });
});
