import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN, adminHandler } from './http/admin-handler.ts';
import { sendJson } from './http/send-answer.ts';
import { supplierHandler } from './http/supplier-handler.ts';
import { createSimulatedSupplier } from './simulated-supplier.ts';
import { controlsOf, type SimulatorControls } from './simulator-controls.ts';
import { SimulatorError, type SimulatorOptions } from './simulator-options.ts';

export interface RunningSimulator extends SimulatorControls, AsyncDisposable {
  /** The supplier's `base_url`, without a trailing slash. */
  readonly url: string;
  /** The products of a per-date supplier. */
  readonly productIds: readonly number[];
}

const HUGE_BYTES = 64 * 1_048_576;
const DRIP_MS = 100;

/** Starts a simulated supplier over HTTP. Disposing stops it and closes every open connection. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { host = '127.0.0.1', port = 0, basePath = '', apiKey, latencyMs = 0, rivalsPerSecond = 0 } = options;
  const supplier = createSimulatedSupplier(options);
  const controls = controlsOf(supplier);
  const sizes = { hugeBytes: options.hugeBytes ?? HUGE_BYTES, dripMs: options.dripMs ?? DRIP_MS };
  const serve = supplierHandler(supplier, { apiKey, latencyMs, sizes });
  const administer = adminHandler(controls);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith(ADMIN)) return administer(request, response, new URL(path, 'http://simulator'));
    if (!path.startsWith(`${basePath}/`)) return sendJson(response, 404, { error: 'there is no such path' });
    return serve(request, response, new URL(`http://simulator${path.slice(basePath.length)}`));
  }

  const server = createServer((request, response) => {
    // It fails only if the client has disconnected or the path cannot be parsed.
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw new SimulatorError(`cannot listen on ${host}:${port}: ${error.message}`);
  });
  supplier.rivals.setRate(rivalsPerSecond);
  const { address, family, port: listening } = server.address() as AddressInfo;
  return {
    ...controls,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${listening}${basePath}`,
    productIds: supplier.inventory.productIds,
    async [Symbol.asyncDispose]() {
      supplier.rivals[Symbol.dispose]();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
