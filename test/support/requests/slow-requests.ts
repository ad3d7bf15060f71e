import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { problemViolations } from '../server/contract.ts';
import { readAnswers } from '../server/http-connection.ts';

/** The server's limits on a slow request (10 s for the head, 20 s in total), with leeway. */
const CUT_OFF_WITHIN_MS = 26_000;
const PERSON = '{"first_name":"Slow","last_name":"Joe"}';
const HEAD = `POST /client/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${PERSON.length}\r\nConnection: close\r\n\r\n`;

/** Sends requests byte by byte, some never to the end. Returns those that were neither served nor cut off in time. */
export async function slowRequests(port: number): Promise<string[]> {
  const found = await Promise.all([
    drip(port, 'slow, but complete in time', HEAD + PERSON, 10, [201]),
    drip(port, 'a head that never ends', HEAD.slice(0, 40), 200, [408]),
    drip(port, 'a body that never ends', HEAD + PERSON.slice(0, 10), 10, [408]),
    drip(port, 'nothing at all', '', 0, [408]),
    drip(port, 'a body that never begins', HEAD, 0, [408]),
  ]);
  return found.flat();
}

async function drip(port: number, name: string, bytes: string, everyMs: number, statuses: number[]): Promise<string[]> {
  const startedMs = performance.now();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk as Buffer));
  socket.on('error', () => {});
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('close', () => resolve());
  const timer = setTimeout(() => socket.destroy(), CUT_OFF_WITHIN_MS * 1.5);
  for (const byte of everyMs === 0 ? [bytes] : bytes) {
    if (socket.destroyed) break;
    socket.write(byte);
    await delay(everyMs);
  }
  await closed;
  clearTimeout(timer);
  const ms = performance.now() - startedMs;
  const { answers } = readAnswers(Buffer.concat(chunks));
  const violations = answers.filter(({ status }) => status >= 400).flatMap((answer) => problemViolations(answer));
  if (answers.map(({ status }) => status).join() !== statuses.join()) {
    violations.push(`answers ${answers.map(({ status }) => status)} instead of ${statuses}`);
  }
  if (ms > CUT_OFF_WITHIN_MS) violations.push(`open for ${Math.round(ms)} ms`);
  return violations.map((violation) => `VIOLATION ${violation}\n  slow request: ${name}`);
}
