import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { ANSWER_WITHIN_MS } from '../server/contract.ts';
import { decodedBody } from '../server/decoded-body.ts';
import { type HttpConnection, openConnection } from '../server/http-connection.ts';
import type { Send } from './bad-input-run.ts';
import type { PlannedRequest } from './bad-requests.ts';

/** Sends requests to the server without a socket. */
export function injectInto(app: HttpServer): Send {
  return async ({ method, target, headers, body, bytes }) => {
    const startedMs = performance.now();
    const response = await app.inject({
      method: method as 'GET',
      url: target,
      headers: joinHeaders(headers),
      ...(body === undefined ? {} : { payload: bytes ?? body }),
    });
    return {
      status: response.statusCode,
      headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
      body: decodedBody(response.rawPayload, response.headers['content-encoding'] as string | undefined),
      ms: performance.now() - startedMs,
    };
  };
}

/** Joins repeated headers as Node does for requests from a socket. */
function joinHeaders(headers: PlannedRequest['headers']): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = all[key];
    all[key] = before === undefined || key === 'content-type' ? value.trim() : `${before}, ${value.trim()}`;
  }
  return all;
}

/** Sends requests over sockets. Each socket is reused until the server closes it. */
export function sendOverSockets(port: number): { send: Send } & Disposable {
  const idle: HttpConnection[] = [];
  const send: Send = async (request) => {
    const connection = await takeOpen(idle, port);
    const answer = await connection.exchange(toBytes(request), request.method, ANSWER_WITHIN_MS * 2);
    if (connection.open) idle.push(connection);
    return answer;
  };
  return {
    send,
    [Symbol.dispose]: () => {
      for (const connection of idle) connection[Symbol.dispose]();
    },
  };
}

async function takeOpen(idle: HttpConnection[], port: number): Promise<HttpConnection> {
  for (let connection = idle.pop(); connection; connection = idle.pop()) if (connection.open) return connection;
  return openConnection(port);
}

/** A request as HTTP/1.1. */
export function toBytes({ method, target, headers, body, bytes }: PlannedRequest): Buffer {
  const payload = bytes ?? Buffer.from(body ?? '', 'utf8');
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  if (body !== undefined) lines.push(`Content-Length: ${payload.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
}
