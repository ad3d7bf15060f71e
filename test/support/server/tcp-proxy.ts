import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/**
 * Stands between the program and a service of its own kind, and freezes, cuts or refuses connections, which a test
 * cannot do to a service that others use too.
 */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Holds all bytes back, both ways, until `thaw`. @param kind only connections of this kind */
  freeze(kind?: string): void;
  thaw(): void;
  /** Breaks what is open. */
  cut(kind?: string): void;
  /** Breaks what is open, and every new connection, until `accept`. */
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

/** @param kindOf tells the kind of a connection from the first bytes its client sends */
export async function openProxy(target: Target, kindOf: (first: Buffer) => string = () => ''): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let frozen: string | true | undefined;
  let refusing = false;
  const isFrozen = ({ kind }: Pair) => frozen === true || (frozen !== undefined && kind === frozen);

  const server = createServer((client) => {
    if (refusing) {
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
      refusing = true;
      cut();
    },
    accept() {
      refusing = false;
    },
    async [Symbol.asyncDispose]() {
      refusing = true;
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same URL, through a proxy. */
export function through(url: string, proxy: TcpProxy): string {
  const other = new URL(url);
  other.hostname = '127.0.0.1';
  other.port = String(proxy.port);
  return other.href;
}

/** Where a URL leads, for `openProxy`. */
export function targetOf(url: string, usualPort: number): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname || '127.0.0.1', port: Number(port) || usualPort };
}

/** Tells the change feed's own connection from the pool's, by the name a PostgreSQL client gives at its start. */
export function feedOrPool(first: Buffer): 'feed' | 'pool' {
  return first.includes('holdfast feed') ? 'feed' : 'pool';
}
