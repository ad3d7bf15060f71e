import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A wire between two programs that can be cut, held, or lost in one direction of time. */
export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** Lets everything pass again, what was held included. */
  restore(): Promise<void>;
  /** Holds every byte in both directions; connections are taken and hear nothing. */
  freeze(): void;
  /** Breaks every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Breaks every connection, and takes new ones. */
  cut(): void;
  /** Like `freeze`, but the connections there are stay silent for ever; those made after `restore` work. */
  lose(): void;
}

interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  lost: boolean;
}

export async function startFaultyProxy(farPort: number): Promise<FaultyProxy> {
  const wires = new Set<Wire>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect({ port: farPort, host: '127.0.0.1', noDelay: true });
    const wire: Wire = { near, far, lost: false };
    wires.add(wire);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        // A wire that is held or lost does not even tell that the other end has gone.
        if (!frozen && !wire.lost) to.destroy();
        if (near.destroyed && far.destroyed) wires.delete(wire);
      });
    }
    if (frozen) hold(wire);
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
      frozen = true;
      for (const wire of wires) hold(wire);
    },
    lose() {
      frozen = true;
      for (const wire of wires) {
        wire.lost = true;
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
      frozen = false;
      if (!server.listening) await listen(port);
      for (const wire of wires) {
        if (wire.lost) continue;
        // Whoever left meanwhile is only now known to have left.
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
