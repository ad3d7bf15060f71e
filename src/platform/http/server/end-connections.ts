import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { Unavailable } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { toProblem } from '../problem.ts';
import { formatRefusal, pendingResponse } from './broken-request.ts';
import type { Shutdown } from './shutdown.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Time that requests in progress and answers being read have, once the server has stopped accepting connections. */
const FINISH_WITHIN_MS = 4_000;
/** Time that idle connections have for a request that was on its way when the server stopped accepting connections. */
const ON_ITS_WAY_MS = 100;

/**
 * Ends the connections of a server that stops, whatever state they are in. From the beginning of the stop every answer
 * says `Connection: close`, so that a balancer's pool empties itself without a request on a connection that is being
 * closed. When the app closes, idle connections end, and the others have `FINISH_WITHIN_MS` for their answer. A balancer that
 * has not noticed the stop may have opened a connection a moment ago; it could not send that request to another instance, so
 * it is still answered.
 *
 * Call it after `enableFastPath`, whose answers it marks too.
 *
 * @param finishWithinMs defaults to 4 s
 */
export function endConnections(app: HttpServer, shutdown: Shutdown, finishWithinMs = FINISH_WITHIN_MS): void {
  const { server } = app;
  const connections = new Connections(shutdown);
  server.on('connection', (socket: Socket) => connections.add(socket));
  shutdown.onBegin(() => {
    connections.announceClose();
    // Its successor accepts them. `Server.close` of http would end idle connections, on which requests may be under way.
    if (shutdown.isReplaced) NetServer.prototype.close.call(server);
  });
  app.addHook('onReady', async () => {
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (!connections.admit(request, response)) return;
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
  app.addHook('preClose', async () => {
    shutdown.begin();
    // After the loop has polled: the system breaks connections that were made and not yet accepted.
    await immediate();
    // Not `server.close()`, which ends idle connections at once.
    if (server.listening) NetServer.prototype.close.call(server);
    await connections.end(finishWithinMs, () => server.closeIdleConnections());
  });
}

class Connections {
  readonly #shutdown: Shutdown;
  readonly #sockets = new Set<Socket>();
  /** The last response of a connection on which requests were pipelined. */
  readonly #pipelined = new WeakMap<Socket, ServerResponse>();

  constructor(shutdown: Shutdown) {
    this.#shutdown = shutdown;
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Returns whether the request is served. Only one that follows an announced end of its connection is not. */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    // Node gives a response its socket when the responses before it have been sent.
    const isPipelined = response.socket === null;
    const previous = isPipelined ? this.#lastResponse(socket) : undefined;
    if (this.#shutdown.isStopping) {
      if (previous !== undefined && !previous.shouldKeepAlive && previous.headersSent) return false;
      // The end is announced by the last response, because Node drops those behind it.
      if (previous !== undefined) previous.shouldKeepAlive = true;
      response.shouldKeepAlive = false;
    }
    if (isPipelined) this.#pipelined.set(socket, response);
    return true;
  }

  /** Marks the answers in progress. Those whose headers are sent are ended by `end`. */
  announceClose(): void {
    for (const socket of this.#sockets) {
      const response = this.#lastResponse(socket);
      if (response !== undefined && !response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /** Resolves when all connections have ended. Those that are still open after `withinMs` are cut off. */
  async end(withinMs: number, closeIdle: () => void): Promise<void> {
    const ended = [...this.#sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets) this.#endAfterAnswer(socket);
    void this.#endIdle(closeIdle);
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) this.#cutOff(socket);
    }, withinMs);
    await Promise.allSettled(ended);
    clearTimeout(timer);
  }

  #endAfterAnswer(socket: Socket): void {
    const response = this.#lastResponse(socket);
    if (response?.headersSent) response.once('finish', () => socket.destroySoon());
  }

  async #endIdle(closeIdle: () => void): Promise<void> {
    await delay(ON_ITS_WAY_MS);
    // A process that was busy for longer than that reads first what has arrived.
    await immediate();
    closeIdle();
    // Node does not count a connection that never carried a byte as idle. Balancers and browsers open some in advance.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroySoon();
  }

  /** Answers a request that is incomplete or unanswered with a problem, and ends an answer that is not read. */
  #cutOff(socket: Socket): void {
    if (this.#lastResponse(socket)?.headersSent) socket.destroy();
    else socket.end(refusal(), () => socket.destroy());
  }

  #lastResponse(socket: Socket): ServerResponse | undefined {
    const pipelined = this.#pipelined.get(socket);
    return pipelined !== undefined && !pipelined.writableFinished ? pipelined : pendingResponse(socket);
  }
}

function refusal(): string {
  const id = randomUUID();
  const failure = new Unavailable(
    'stopping',
    'This instance stopped before the request was finished, and it may have taken effect. Send it to another ' +
      'instance; with the same Idempotency-Key it takes effect once.',
  );
  return formatRefusal(toProblem(failure, id), id, { 'Retry-After': String(failure.retryAfterS) });
}
