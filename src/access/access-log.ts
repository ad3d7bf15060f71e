import type { HttpServer } from '../platform/http/http-server.ts';
import type { AnsweredRequest } from '../platform/http/server/fast-path.ts';
import type { Logger } from '../platform/logger.ts';
import { shownPath } from '../platform/shown-text.ts';
import { shownAddress } from './limits/client-address.ts';
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
  const path = shownPath(url);
  const ms = Math.round(elapsedMs * 1_000) / 1_000;
  const address = line.address && shownAddress(line.address);
  logger.info({ reqId: id, method, route, path, status, ms, bytes, address, role, subject, key_id: keyId }, 'request');
}
