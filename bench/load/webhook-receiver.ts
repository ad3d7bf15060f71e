import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver in this process that answers at once. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** Calls `arrived` for each request from now on, with its body. */
  listen(arrived: (body: string) => void): void;
}

export async function startReceiver(): Promise<WebhookReceiver> {
  let arrived: (body: string) => void = () => {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      arrived(body);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    listen(call) {
      arrived = call;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
