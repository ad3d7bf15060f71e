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
/** The header as the measured servers write it; the second form is that of Express. */
const LENGTHS = ['\r\ncontent-length: ', '\r\nContent-Length: '].map((text) => Buffer.from(text));

/**
 * One keep-alive connection with one request at a time, without pipelining. It parses only as much of HTTP as the
 * measured servers write, because the server runs on the same cores and loses whatever time this client spends.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #pending: Pending | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Length of the answer that is being received, in bytes; 0 until its head is complete. */
  #expectedBytes = 0;

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

  /** Sends a request from `formatRequest` or `formatGet`, and reads its answer. */
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
    // A long body is concatenated once, when it is complete.
    if (this.#bytes < this.#expectedBytes) return;
    const received = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const headEnd = received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = bodyLength(received, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    if (length === undefined) {
      this.#fail(new Error('the answer has no Content-Length'));
      return;
    }
    this.#expectedBytes = bodyAt + length;
    if (this.#bytes < this.#expectedBytes) return;
    const status = digitsAt(received, 'HTTP/1.1 '.length);
    const body = received.subarray(bodyAt, bodyAt + length);
    const pending = this.#pending;
    this.#chunks = [];
    this.#bytes = 0;
    this.#expectedBytes = 0;
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

/** The text of a JSON request. */
export function formatRequest(address: URL, method: 'POST' | 'PUT', path: string, body: string, headers = ''): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${address.host}\r\ncontent-type: application/json\r\n${headers}`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** The text of a GET request. @param headers lines that end with `\r\n` */
export function formatGet(address: URL, path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${address.host}\r\n${headers}\r\n`;
}
