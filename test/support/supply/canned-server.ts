import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Sends whatever is planted, byte for byte, and ends the connection; remembers what it was asked. */
export class PlantedServer {
  answer: string | Buffer = '';
  /** Leaves the connection open behind the answer. */
  staysOpen = false;
  readonly asked: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (data) => {
      this.asked.push(data.toString('latin1'));
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

/** An answer's bytes; a header of its own replaces the true length. */
export function http(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | number> = {},
): Buffer {
  const all = { 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Planted\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
}
