import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One request that a receiver got. */
export interface Received {
  readonly eventId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  /** The status that it was answered with; 0 for none. */
  readonly answered: number;
  readonly atMs: number;
}

/** How a receiver answers: a status, or a function that does it itself. */
type Behaviour = number | ((response: ServerResponse) => void);

/** A receiver of webhooks on loopback, which verifies each request with the public library of Standard Webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, in the order of arrival. */
  readonly received: readonly Received[];
  /** The requests that were answered with success. */
  readonly accepted: readonly Received[];
  /** Requests whose signature the library refused. */
  readonly refused: readonly string[];
  /** How it answers from now on. */
  behave(choose: (request: Omit<Received, 'answered'>) => Behaviour): void;
  /** Refuses connections from now on, and ends those that are open. */
  close(): Promise<void>;
  /** Accepts connections again, at the same port. */
  reopen(): Promise<void>;
}

/** @param secret the secret of all webhooks that point here */
export async function startReceiver(secret: string): Promise<Receiver> {
  const library = new Webhook(secret);
  const received: Received[] = [];
  const refused: string[] = [];
  let behave: (request: Omit<Received, 'answered'>) => Behaviour = () => 204;
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const headers = request.headers as Record<string, string>;
    try {
      library.verify(body, headers);
    } catch (error) {
      refused.push(String(error));
    }
    const { type, data } = JSON.parse(body);
    const atMs = performance.now();
    const known = { eventId: headers['webhook-id'] ?? '', type, data, body, headers, path: request.url ?? '', atMs };
    const behaviour = behave(known);
    received.push({ ...known, answered: typeof behaviour === 'number' ? behaviour : 0 });
    if (typeof behaviour === 'number') response.writeHead(behaviour).end();
    else behaviour(response);
  }

  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    close,
    reopen: () => listen(port),
    received,
    refused,
    get accepted() {
      return received.filter(({ answered }) => answered >= 200 && answered < 300);
    },
    behave(choose) {
      behave = choose;
    },
    [Symbol.asyncDispose]: close,
  };
}
