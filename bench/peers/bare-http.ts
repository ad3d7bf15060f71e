import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The smallest HTTP server on Node for a JSON answer, in one process: `node bare-http.ts '<body>' '<headers>'`. The
 * headers are a JSON array of names and values in turn; they default to the type and the length of the body.
 */
const [, , body = '{}', json] = process.argv;
const ownHeaders = [
  'content-type',
  'application/json; charset=utf-8',
  'content-length',
  String(Buffer.byteLength(body)),
];
const headers = json === undefined ? ownHeaders : (JSON.parse(json) as string[]);
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  // A string, which Node writes together with the head.
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
