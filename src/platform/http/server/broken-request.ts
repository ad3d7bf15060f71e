import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Malformed } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { PROBLEM_TYPE, plainProblem } from '../problem.ts';

/** Refuses requests without Host and with an unknown expectation with a problem; Node refuses them with an empty body. */
export function refuseInvalidHeaders(app: HttpServer): void {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    const isHostMissing = headers.host === undefined && raw.httpVersion === '1.1';
    done(isHostMissing ? new Malformed([{ path: 'headers/host', message: 'is missing' }]) : undefined);
  });
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = toRefusal(417, 'The only supported expectation is 100-continue');
    response.writeHead(417, headers).end(body);
  });
}

/** Handles bytes that never became a request: broken HTTP, headers that are too large, a request sent too slowly. */
export function refuseBrokenRequest(maxHeaderBytes: number): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const pending = pendingResponse(socket);
    if (pending?.req.complete) {
      // The broken bytes follow a complete request that is in progress. A refusal now would be read as the answer to
      // that request, and would deny an effect that it has. The request's own answer is sent, and then the connection
      // closes.
      pending.shouldKeepAlive = false;
      return;
    }
    const [status, detail] = reasonOf(error.code, maxHeaderBytes);
    const { headers, body } = toRefusal(status, detail);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  };
}

/** The response that Node will write next to a socket. Its name is not public; a test notices when it changes. */
export function pendingResponse(socket: Socket & { _httpMessage?: ServerResponse | null }): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

function reasonOf(code: string | undefined, maxHeaderBytes: number): [status: number, detail: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request was sent too slowly. Send it again.'];
  if (code === 'HPE_HEADER_OVERFLOW') return [431, `The headers are larger than ${maxHeaderBytes} bytes`];
  return [400, 'This is not a valid HTTP request'];
}

/** A problem, with the headers that hooks add to other answers. */
function toRefusal(status: number, detail: string): { headers: Record<string, string>; body: string } {
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
