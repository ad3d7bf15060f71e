import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectOptions } from './connect.ts';
import { OutboundFailure } from './outbound-failure.ts';

/** The options of a request that its agent passes on. */
export interface GuardedRequest extends https.RequestOptions {
  /** Ends the attempt to connect. `signal` would be consumed by the request itself. */
  readonly guard: AbortSignal;
}

export type Connect = (options: ConnectOptions) => Promise<Socket>;
type OnConnected = (error: Error | null, socket: Duplex) => void;

/** Unused connections that are kept for each host, and for how long. */
const MAX_FREE = 16;
const FREE_MS = 4_000;

/**
 * Options of an agent. The number of connections in use is not limited: a request that waits for a connection would
 * wait for other receivers of the same host. The caller limits its requests. There is no `proxyEnv`, so that no variable
 * of the environment leads a request elsewhere.
 */
function optionsOf(reuses: boolean): http.AgentOptions {
  return reuses ? { keepAlive: true, maxFreeSockets: MAX_FREE, timeout: FREE_MS } : { keepAlive: false };
}

/** An agent for plain http whose connections all go through one function. */
export class GuardedHttpAgent extends http.Agent {
  readonly #connect: Connect;

  constructor(connect: Connect, reuses: boolean) {
    super(optionsOf(reuses));
    this.#connect = connect;
  }

  override createConnection(options: http.ClientRequestArgs, callback?: OnConnected): undefined {
    connectWith(this.#connect, options, undefined, callback);
  }
}

/** An agent for https whose connections all go through one function. */
export class GuardedHttpsAgent extends https.Agent {
  readonly #connect: Connect;
  readonly #tls: ConnectOptions['tls'];

  constructor(connect: Connect, reuses: boolean, ca: readonly string[]) {
    super(optionsOf(reuses));
    this.#connect = connect;
    this.#tls = { ca };
  }

  override createConnection(options: https.RequestOptions, callback?: OnConnected): undefined {
    connectWith(this.#connect, options, this.#tls, callback);
  }
}

function connectWith(
  connect: Connect,
  options: http.ClientRequestArgs,
  tls: ConnectOptions['tls'],
  callback: OnConnected | undefined,
): void {
  const { host, port, guard } = options as GuardedRequest;
  connect({ host: String(host), port: Number(port), tls, signal: guard }).then(
    (socket) => callback?.(null, socket),
    (error: unknown) => {
      const reason = error instanceof Error ? error : new OutboundFailure('reset');
      callback?.(reason, undefined as unknown as Duplex);
    },
  );
}
