import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/**
 * A TCP proxy between the program and a service, which freezes, breaks or refuses connections. A test cannot do that to
 * the service itself, because other tests use it too.
 */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Holds back all bytes in both directions until `thaw`. @param kind limits it to connections of this kind */
  freeze(kind?: string): void;
  thaw(): void;
  /** Breaks all open connections. @param kind limits it to connections of this kind */
  cut(kind?: string): void;
  /** Breaks all open connections, and every new one until `accept`. */
  refuse(): void;
  accept(): void;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

interface Pair {
  readonly sockets: readonly [Socket, Socket];
  kind: string | undefined;
}

/** @param kindOf returns the kind of a connection from the first bytes of its client */
export async function openProxy(target: Target, kindOf: (first: Buffer) => string = () => ''): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let frozen: string | true | undefined;
  let isRefusing = false;
  const isFrozen = ({ kind }: Pair) => frozen === true || (frozen !== undefined && kind === frozen);

  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const upstream = dial(target.port, target.host);
    const pair: Pair = { sockets: [client, upstream], kind: undefined };
    pairs.add(pair);
    const pass = (from: Socket, to: Socket) => {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => {
        pair.kind ??= kindOf(chunk);
        to.write(chunk);
        hold(pair);
      });
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    };
    pass(client, upstream);
    pass(upstream, client);
    hold(pair);
  });

  function hold(pair: Pair): void {
    if (isFrozen(pair)) for (const socket of pair.sockets) socket.pause();
  }

  function cut(kind?: string): void {
    for (const pair of pairs) {
      if (kind === undefined || pair.kind === kind) for (const socket of pair.sockets) socket.destroy();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    freeze(kind) {
      frozen = kind ?? true;
      for (const pair of pairs) hold(pair);
    },
    thaw() {
      frozen = undefined;
      for (const { sockets } of pairs) for (const socket of sockets) socket.resume();
    },
    cut,
    refuse() {
      isRefusing = true;
      cut();
    },
    accept() {
      isRefusing = false;
    },
    async [Symbol.asyncDispose]() {
      isRefusing = true;
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A URL, changed to lead through a proxy. */
export function through(url: string, proxy: TcpProxy): string {
  const other = new URL(url);
  other.hostname = '127.0.0.1';
  other.port = String(proxy.port);
  return other.href;
}

/** The host and port of a URL. */
export function targetOf(url: string, defaultPort: number): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname || '127.0.0.1', port: Number(port) || defaultPort };
}

/** The kind of a PostgreSQL connection, by the application name that its client sends first. */
export function feedOrPool(first: Buffer): 'feed' | 'pool' {
  return first.includes('holdfast feed') ? 'feed' : 'pool';
}
