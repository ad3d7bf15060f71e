import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Pending {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
/** As the servers measured here write it, Express the second way. */
const LENGTHS = ['\r\ncontent-length: ', '\r\nContent-Length: '].map((text) => Buffer.from(text));

/**
 * One keep-alive connection with one request under way at a time (no pipelining). It reads no more of HTTP than the
 * servers measured here write: whatever it spends is taken from the server, which shares its cores.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #pending: Pending | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** The bytes of the answer that is being received; 0 until its head has told. */
  #wanted = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static open(address: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(address.port), address.hostname, () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
      socket.once('error', reject);
    });
  }

  /** Sends a request as `formatRequest` wrote it, and reads its answer. */
  send(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // A long body is put together once, when all of it is here.
    if (this.#bytes < this.#wanted) return;
    const received = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = bodyLength(received, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    if (length === undefined) {
      this.#fail(new Error('the answer does not tell its length'));
      return;
    }
    this.#wanted = bodyAt + length;
    if (this.#bytes < this.#wanted) return;
    const status = digitsAt(received, 'HTTP/1.1 '.length);
    const body = received.subarray(bodyAt, bodyAt + length);
    const pending = this.#pending;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wanted = 0;
    this.#pending = undefined;
    pending?.resolve({ status, body });
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

function bodyLength(received: Buffer, headEnd: number): number | undefined {
  const head = received.subarray(0, headEnd);
  for (const name of LENGTHS) {
    const at = head.indexOf(name);
    if (at >= 0) return digitsAt(head, at + name.length);
  }
  return undefined;
}

function digitsAt(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** A JSON request, ready to be sent. */
export function formatRequest(address: URL, method: 'POST' | 'PUT', path: string, body: string): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${address.host}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** A GET, ready to be sent. @param headers lines that end with `\r\n` */
export function formatGet(address: URL, path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${address.host}\r\n${headers}\r\n`;
}
