import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server on loopback that does as it likes with each connection. */
export interface HostileReceiver extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Connections that are open. */
  readonly open: number;
  /** Bytes that it has received. */
  readonly bytes: number;
}

/** @param onRequest called with the first bytes of each connection */
export async function serveHostile(
  onRequest: (socket: Socket) => void,
  onConnection: (socket: Socket) => void = () => {},
): Promise<HostileReceiver> {
  const sockets = new Set<Socket>();
  let [connections, bytes] = [0, 0];
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      bytes += data.length;
    });
    socket.once('data', () => onRequest(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get bytes() {
      return bytes;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
