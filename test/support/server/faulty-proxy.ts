import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a local port that can freeze, break and refuse connections. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** Forwards everything again, including the bytes held back meanwhile. */
  restore(): Promise<void>;
  /** Holds back all bytes in both directions. New connections are accepted and stay silent. */
  freeze(): void;
  /** Breaks every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Breaks every connection, and accepts new ones. */
  cut(): void;
  /** Like `freeze`, but existing connections stay silent forever. New ones work after `restore`. */
  lose(): void;
}

/** A connection of a client, and the one to the server that belongs to it. */
interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  isLost: boolean;
}

export async function startFaultyProxy(farPort: number): Promise<FaultyProxy> {
  const wires = new Set<Wire>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect({ port: farPort, host: '127.0.0.1', noDelay: true });
    const wire: Wire = { near, far, isLost: false };
    wires.add(wire);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        // On a frozen or lost wire even the end of the other side is not noticed.
        if (!isFrozen && !wire.isLost) to.destroy();
        if (near.destroyed && far.destroyed) wires.delete(wire);
      });
    }
    if (isFrozen) hold(wire);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const { near, far } of wires) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port,
    cut,
    freeze() {
      isFrozen = true;
      for (const wire of wires) hold(wire);
    },
    lose() {
      isFrozen = true;
      for (const wire of wires) {
        wire.isLost = true;
        hold(wire);
      }
    },
    async refuse() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    async restore() {
      isFrozen = false;
      if (!server.listening) await listen(port);
      for (const wire of wires) {
        if (wire.isLost) continue;
        // A side that closed meanwhile is noticed only now.
        if (wire.near.destroyed || wire.far.destroyed) {
          wire.near.destroy();
          wire.far.destroy();
        }
        wire.near.resume();
        wire.far.resume();
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}

function hold({ near, far }: Wire): void {
  near.pause();
  far.pause();
}
