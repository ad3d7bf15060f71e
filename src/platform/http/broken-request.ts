import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Malformed } from '../errors.ts';
import type { HttpServer } from './http-server.ts';
import { PROBLEM_TYPE, plainProblem } from './problem.ts';

/** Says in our words what Node itself would refuse with an empty body: no Host, an expectation nobody can meet. */
export function refuseOddRequests(app: HttpServer): void {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    const missing = headers.host === undefined && raw.httpVersion === '1.1';
    done(missing ? new Malformed([{ path: 'headers/host', message: 'is missing' }]) : undefined);
  });
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = refusal(417, 'The only expectation met here is 100-continue');
    response.writeHead(417, headers).end(body);
  });
}

/** Answers what never became a request: broken HTTP, headers too large, or a request sent too slowly. */
export function refuseBrokenRequest(headerBytes: number): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const owed = owedAnswer(socket);
    if (owed?.req.complete) {
      // What is broken came behind a request that is whole and under way. A refusal now would be read as its
      // answer, and tell of an effect that there is none: its own answer goes out, and the connection ends with it.
      owed.shouldKeepAlive = false;
      return;
    }
    const [status, detail] = reasonOf(error.code, headerBytes);
    const { headers, body } = refusal(status, detail);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  };
}

/** The answer Node is about to write to a socket. It has no public name; a test tells when it gets another. */
function owedAnswer(socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

function reasonOf(code: string | undefined, headerBytes: number): [status: number, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request was sent too slowly'];
  if (code === 'HPE_HEADER_OVERFLOW') return [431, `Headers may be ${headerBytes} bytes at most`];
  return [400, 'This is not an HTTP request'];
}

/** What a refusal says, with the headers that hooks would have set. */
function refusal(status: number, detail: string): { headers: Record<string, string>; body: string } {
  const id = randomUUID();
  const body = JSON.stringify(plainProblem(status, detail, id));
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': id,
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
  return { headers, body };
}
