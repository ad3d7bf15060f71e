import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Fails as listening would, so that a start on a port in use ends before it has opened or changed anything.
 *
 * @throws the error of `listen`
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  probe.listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}
