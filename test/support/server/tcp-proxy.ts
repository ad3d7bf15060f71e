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
  /** Breaks all open connections, and every new one until `accept`. @param kind limits it to connections of this kind */
  refuse(kind?: string): void;
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

/** Passes the bytes that a service sends on one connection. May hold back, drop and add some. */
type Filter = (chunk: Buffer) => Buffer;

/**
 * @param kindOf returns the kind of a connection from the first bytes of its client
 * @param createFilter makes the filter of what the service sends on a connection of a kind
 */
export async function openProxy(
  target: Target,
  kindOf: (first: Buffer) => string = () => '',
  createFilter: (kind: string | undefined) => Filter = () => (chunk) => chunk,
): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let frozen: string | true | undefined;
  let refused: string | true | undefined;
  const isFrozen = ({ kind }: Pair) => frozen === true || (frozen !== undefined && kind === frozen);

  const server = createServer((client) => {
    if (refused === true) {
      client.destroy();
      return;
    }
    const upstream = dial(target.port, target.host);
    const pair: Pair = { sockets: [client, upstream], kind: undefined };
    pairs.add(pair);
    let filter: Filter | undefined;
    const pass = (from: Socket, to: Socket) => {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => {
        pair.kind ??= kindOf(chunk);
        if (refused !== undefined && pair.kind === refused) {
          client.destroy();
          return;
        }
        filter ??= createFilter(pair.kind);
        to.write(from === upstream ? filter(chunk) : chunk);
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
    refuse(kind) {
      refused = kind ?? true;
      cut(kind);
    },
    accept() {
      refused = undefined;
    },
    async [Symbol.asyncDispose]() {
      refused = true;
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Drops PostgreSQL's notifications from what it sends on a connection, while `isOn`. */
export function dropNotifications(isOn: () => boolean): Filter {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const passed: Buffer[] = [];
    // A message has a letter, and the length of all that follows the letter.
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1);
      if (rest[0] !== NOTIFICATION || !isOn()) passed.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return Buffer.concat(passed);
  };
}

const NOTIFICATION = 'A'.charCodeAt(0);

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
  return first.includes(' feed\0') ? 'feed' : 'pool';
}
