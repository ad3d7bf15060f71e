import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least that Node's own HTTP server can do for a JSON answer: `node bare-http.ts '<body>'`, one process. */
const [, , body = '{}'] = process.argv;
const headers = ['content-type', 'application/json; charset=utf-8', 'content-length', String(Buffer.byteLength(body))];
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  // As a text: Node then writes it together with the head.
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`listening at http://127.0.0.1:${port}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
