import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Sends a prepared answer byte for byte, closes the connection, and keeps the requests. */
export class CannedServer {
  answer: string | Buffer = '';
  /** Whether the connection stays open after the answer. */
  staysOpen = false;
  readonly requests: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (data) => {
      this.requests.push(data.toString('latin1'));
      socket.write(this.answer);
      if (!this.staysOpen) socket.end();
    });
  });

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The bytes of an HTTP answer. A `content-length` in `headers` replaces the true length. */
export function httpAnswer(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | number> = {},
): Buffer {
  const all = { 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Canned\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
}
