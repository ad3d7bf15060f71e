import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogger } from '../../logger.ts';
import { createServer } from './create-server.ts';
import { endConnections } from './end-connections.ts';
import { enableFastPath } from './fast-path.ts';
import { RequestMetrics } from './request-metrics.ts';
import { Shutdown } from './shutdown.ts';

const CUT_OFF_AFTER_MS = 300;
const GET = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

/** A server with a route for each way to answer: at once, from memory, when `release` is called, as a stream. */
async function openServer() {
  const app = await createServer(createLogger('silent'), { title: '', version: '0', description: '', tags: [] });
  const shutdown = new Shutdown();
  const released = Promise.withResolvers<void>();
  const stream = new Readable({ read() {} });
  const handled: string[] = [];
  enableFastPath(app, new RequestMetrics());
  app.addFastRoute({
    url: '/fast',
    prefix: '/fast',
    answer: () => ({ headers: [], packed: 'content-length: 2\r\n\r\n{}' }),
  });
  app.get('/fast', { schema: { hide: true } }, async () => ({}));
  app.get('/now', { schema: { hide: true } }, async ({ url }) => handled.push(url));
  app.post('/now', { schema: { hide: true } }, async () => ({}));
  app.get('/later', { schema: { hide: true } }, async ({ url }) => {
    handled.push(url);
    await released.promise;
    return { late: true };
  });
  app.get('/stream', { schema: { hide: true } }, (_request, reply) => reply.send(stream));
  app.get('/large', { schema: { hide: true } }, (_request, reply) => reply.send('x'.repeat(30_000_000)));
  endConnections(app, shutdown, CUT_OFF_AFTER_MS);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const open = () => Connection.open(port);
  return { app, shutdown, handled, stream, open, release: released.resolve };
}

/** A connection that keeps all that it has received. */
class Connection {
  received = '';
  isClosed = false;
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) await once(this.socket, 'data');
  }

  async closed(): Promise<string> {
    if (!this.isClosed) await once(this.socket, 'close');
    return this.received;
  }
}

it('a kept-alive connection says Connection: close with its next answer and ends, fast path included', async () => {
  const { app, shutdown, open } = await openServer();
  const paths = ['/now', '/fast', '/unknown', '/openapi.json'];
  const connections = await Promise.all(paths.map(open));
  await Promise.all(connections.map((each, at) => each.send(GET(paths[at] ?? '')).until('Connection: keep-alive')));
  shutdown.begin();
  const answers = await Promise.all(connections.map((each, at) => each.send(GET(paths[at] ?? '')).closed()));
  for (const answer of answers) expect(answer.split('HTTP/1.1')[2]).toMatch(/^ (200|404) .*Connection: close\r\n/is);
  await app.close();
});

it('a request to upgrade is answered as any other, and its connection ends', async () => {
  const { app, shutdown, open } = await openServer();
  const upgrading = await open();
  shutdown.begin();
  upgrading.send(GET('/now', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));
  expect(await upgrading.closed()).toMatch(/^HTTP\/1.1 200 .*Connection: close\r\n/is);
  const tunnel = await open();
  expect(await tunnel.send('CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n').closed()).toBe('');
  await app.close();
});

it('an answer that was awaited when the stop began says Connection: close, and is sent before the app has closed', async () => {
  const { app, shutdown, handled, open, release } = await openServer();
  const waiting = await open();
  waiting.send(GET('/later'));
  await expect.poll(() => handled).toEqual(['/later']);
  shutdown.begin();
  const closing = app.close();
  release();
  await closing;
  expect(await waiting.closed()).toMatch(/Connection: close\r\n.*\{"late":true\}$/is);
});

it('the last of several pipelined requests ends the connection, and all of them are answered', async () => {
  const { app, shutdown, handled, open, release } = await openServer();
  const pipelining = await open();
  pipelining.send(GET('/later') + GET('/now'));
  await expect.poll(() => handled).toEqual(['/later', '/now']);
  shutdown.begin();
  pipelining.send(GET('/now'));
  await expect.poll(() => handled).toEqual(['/later', '/now', '/now']);
  release();
  const answer = await pipelining.closed();
  expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(3);
  expect(answer.match(/Connection: \S+/g)).toEqual([
    'Connection: keep-alive',
    'Connection: keep-alive',
    'Connection: close',
  ]);
  await app.close();
});

it('connections that are idle, that never carried a byte, and whose answer was being streamed end soon', async () => {
  const { app, open, stream } = await openServer();
  const [idle, unused, streaming] = await Promise.all([open(), open(), open()]);
  await idle.send(GET('/now')).until('1');
  stream.push('more');
  await streaming.send(GET('/stream')).until('more');
  expect(streaming.received).toContain('Connection: keep-alive');
  const closing = app.close();
  stream.push(null);
  const startedAt = performance.now();
  await Promise.all([closing, idle.closed(), unused.closed(), streaming.closed()]);
  expect(performance.now() - startedAt).toBeLessThan(CUT_OFF_AFTER_MS);
  expect(streaming.received.endsWith('0\r\n\r\n')).toBe(true);
});

it('a connection that was opened just before the end may still send its request', async () => {
  const { app, open } = await openServer();
  const opened = await open();
  const closing = app.close();
  opened.send(GET('/now'));
  const answer = await opened.closed();
  expect(answer).toMatch(/^HTTP\/1.1 200/);
  expect(answer).toContain('Connection: close');
  await closing;
});

it.each([
  ['its headers are sent by half', 'GET /now HTTP/1.1\r\nHost: x\r\nAccept'],
  [
    'its body is sent by half',
    'POST /now HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ],
  ['it is not answered', GET('/later')],
])('a request gets a problem with Retry-After when the time to finish is over and %s', async (_state, sent) => {
  const { app, open } = await openServer();
  const connection = (await open()).send(sent);
  await expect.poll(() => connection.socket.bytesWritten).toBe(sent.length);
  await (await open()).send(GET('/now', 'Connection: close\r\n')).closed();
  await app.close();
  const answer = await connection.closed();
  expect(answer).toMatch(/^HTTP\/1.1 503 .*application\/problem\+json.*Retry-After: 1\r\n.*Connection: close\r\n/is);
  expect(answer).toContain('urn:holdfast:problem:stopping');
});

it('a reader that does not read its answer is cut off when the time to finish is over', async () => {
  const { app, open } = await openServer();
  const slow = await open();
  await slow.send(GET('/large')).until('xxxx');
  slow.socket.pause();
  await app.close();
  slow.socket.resume();
  await slow.closed();
  expect(slow.received.length).toBeLessThan(30_000_000);
});
