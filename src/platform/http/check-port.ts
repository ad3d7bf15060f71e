import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Fails as listening would, so that a start on a port in use ends before it has opened or changed anything.
 *
 * @returns the port: a free one for 0
 * @throws the error of `listen`
 */
export async function checkPort(host: string, port: number): Promise<number> {
  const probe = createServer();
  probe.listen(port, host);
  await once(probe, 'listening');
  const { port: found } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return found;
}
