import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { WireAnswer } from '../inventory/bookings.ts';
import type { SimulatedSupplier } from '../simulated-supplier.ts';
import type { LogEntry } from './accept-log.ts';
import { READ_FAULTS, WRITE_FAULTS } from './faults.ts';
import { readJson } from './read-json.ts';
import { type FaultSizes, reset, sendFault, sendJson, sendTooMany } from './send-answer.ts';

export interface HandlerOptions {
  readonly apiKey: string | undefined;
  readonly latencyMs: number;
  readonly sizes: FaultSizes;
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/**
 * Serves the paths of the wire contract. Every answer is decided when the request arrives and sent `latencyMs` later.
 * This is the harder case for a client, because the answer is already that old.
 */
export function supplierHandler(supplier: SimulatedSupplier, options: HandlerOptions): Handler {
  const { apiKey, latencyMs } = options;
  const hasKey = (request: IncomingMessage) => apiKey === undefined || request.headers['x-api-key'] === apiKey;
  const awaitLatency = async () => {
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false });
  };

  /**
   * Decides the answer and returns a function that sends it. Limits come first, so a request with a wrong key counts.
   */
  function read(request: IncomingMessage, response: ServerResponse, url: URL, entry: LogEntry, waitMs: number) {
    const { inventory, faults, clock, random } = supplier;
    const wallMs = clock.wallMs();
    if (waitMs > 0) return () => tooMany(response, wallMs, waitMs);
    if (!hasKey(request)) return () => answer(response, { status: 401, body: { error: 'x-api-key is wrong' } });
    const found = inventory.read(url.pathname, url.searchParams);
    if ('status' in found) return () => answer(response, { status: found.status, body: { error: found.detail } });
    const fault = faults.draw(READ_FAULTS);
    if (!fault) {
      const body = found.wrap(found.rows);
      return () => answer(response, { status: 200, body });
    }
    entry.fault = fault;
    const context = { url: request.url ?? '', wallMs, random, sizes: options.sizes };
    return () => sendFault(response, fault, found, context);
  }

  async function write(request: IncomingMessage, response: ServerResponse, decide: () => WireAnswer): Promise<void> {
    if (!hasKey(request)) return sendJson(response, 401, { error: 'x-api-key is wrong' });
    const fault = supplier.faults.draw(WRITE_FAULTS);
    const failed = { status: 500, body: { error: 'something went wrong' } };
    const decided = fault === 'error-before' ? failed : decide();
    await awaitLatency();
    if (fault === 'lost-acknowledgement') reset(response);
    else answer(response, fault === 'error-after' ? failed : decided);
  }

  return async (request, response, url) => {
    const { clock, windows, log, bookings } = supplier;
    if (request.method === 'GET' || request.method === 'HEAD') {
      const atMs = clock.monotonicMs();
      const waitMs = windows.admit(atMs);
      const entry = log.add(atMs, `${url.pathname}${url.search}`, waitMs === 0);
      const send = read(request, response, url, entry, waitMs);
      await awaitLatency();
      entry.status = send();
      return;
    }
    const [, bookingId] = /^\/bookings\/([^/]+)$/.exec(url.pathname) ?? [];
    if (request.method === 'POST' && url.pathname === '/bookings') {
      const body = await readJson(request);
      const key = request.headers['idempotency-key'];
      return write(request, response, () => bookings.book(Array.isArray(key) ? key[0] : key, body));
    }
    if (request.method === 'DELETE' && bookingId) {
      return write(request, response, () => bookings.cancel(bookingId));
    }
    sendJson(response, 404, { error: 'there is no such path' });
  };
}

function answer(response: ServerResponse, { status, body }: WireAnswer): number {
  sendJson(response, status, body);
  return status;
}

function tooMany(response: ServerResponse, wallMs: number, waitMs: number): number {
  sendTooMany(response, wallMs, waitMs);
  return 429;
}
