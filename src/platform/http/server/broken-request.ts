import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Malformed } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { PROBLEM_TYPE, type Problem, plainProblem } from '../problem.ts';

type Headers = Readonly<Record<string, string>>;

/** Refuses requests without Host and with an unknown expectation with a problem; Node refuses them with an empty body. */
export function refuseInvalidHeaders(app: HttpServer): void {
  app.addHook('onRequest', ({ headers, raw }, _reply, done) => {
    const isHostMissing = headers.host === undefined && raw.httpVersion === '1.1';
    done(isHostMissing ? new Malformed([{ path: 'headers/host', message: 'is missing' }]) : undefined);
  });
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const id = randomUUID();
    const { headers, body } = toRefusal(plainProblem(417, 'The only supported expectation is 100-continue', id), id);
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
    const id = randomUUID();
    socket.end(formatRefusal(plainProblem(status, detail, id), id));
  };
}

/** A problem as bytes for a socket, for a request that has no response object. The connection ends with it. */
export function formatRefusal(problem: Problem, requestId: string, more: Headers = {}): string {
  const { headers, body } = toRefusal(problem, requestId, more);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`;
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
function toRefusal(problem: Problem, requestId: string, more: Headers = {}): { headers: Headers; body: string } {
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    ...more,
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
  return { headers, body };
}
