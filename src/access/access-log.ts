import type { HttpServer } from '../platform/http/http-server.ts';
import type { AnsweredRequest } from '../platform/http/server/fast-path.ts';
import type { Logger } from '../platform/logger.ts';
import type { Principal } from './principal.ts';

interface Line {
  readonly id: string;
  readonly method: string | undefined;
  /** The URL pattern of the route; `undefined` when there is none. */
  readonly route: string | undefined;
  readonly url: string | undefined;
  readonly status: number;
  readonly elapsedMs: number;
  readonly bytes?: number | undefined;
  readonly address: string | undefined;
  readonly principal: Principal;
}

/**
 * Logs one line for each request that the framework answers.
 *
 * @param initial the principal of requests that are answered before they are authenticated
 */
export function logRequests(app: HttpServer, logger: Logger, initial: Principal): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { id, method, url, ip, principal = initial, routeOptions } = request;
    const bytes = Number(reply.getHeader('content-length') ?? Number.NaN);
    writeLine(logger, {
      ...{ id, method, url, principal, route: routeOptions.url, address: ip },
      status: reply.statusCode,
      elapsedMs: reply.elapsedTime,
      bytes: Number.isNaN(bytes) ? undefined : bytes,
    });
    done();
  });
}

/** Logs one line for a request that the fast path has answered. */
export function logFastAnswer(logger: Logger, initial: Principal, answered: AnsweredRequest<Principal>): void {
  const { id, request, status, url: route, elapsedMs, sender = initial } = answered;
  const { method, url, socket } = request;
  writeLine(logger, { id, method, url, route, status, elapsedMs, address: socket.remoteAddress, principal: sender });
}

function writeLine(
  logger: Logger,
  { id, method, route, url = '', status, elapsedMs, bytes, principal, ...line }: Line,
) {
  const { role, subject, keyId } = principal;
  const path = pathOf(url);
  const ms = Math.round(elapsedMs * 1_000) / 1_000;
  const address = line.address?.slice(0, MAX_ADDRESS_LENGTH);
  logger.info({ reqId: id, method, route, path, status, ms, bytes, address, role, subject, key_id: keyId }, 'request');
}

const MAX_ADDRESS_LENGTH = 64;
const MAX_PATH_LENGTH = 300;
/** The longest segment that is shown: a number, a time, the id of a key. Secrets are longer. */
const MAX_SEGMENT_LENGTH = 30;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The path of a URL, without anything that may be a secret: a calendar's token, or a key sent in the wrong place. */
function pathOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const shown = path
    .split('/')
    .map((segment) => (segment.length > MAX_SEGMENT_LENGTH && !UUID.test(segment) ? '[long]' : segment))
    .join('/');
  return shown.slice(0, MAX_PATH_LENGTH);
}
