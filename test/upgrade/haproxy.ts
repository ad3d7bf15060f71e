import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CONFIGURATION = fileURLToPath(new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url));

/** Starts HAProxy as deploy/haproxy/haproxy.cfg says, in front of three instances. */
export async function startHaproxy(front: number, ports: readonly number[]): Promise<AsyncDisposable> {
  const instances = ports.map((port, index) => [`HOLDFAST_${index + 1}`, `127.0.0.1:${port}`]);
  const child = spawn('haproxy', ['-db', '-f', CONFIGURATION], {
    env: { PATH: process.env.PATH, HTTP_BIND: `127.0.0.1:${front}`, ...Object.fromEntries(instances) },
    stdio: 'ignore',
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${front}/readyz`).catch(() => undefined);
    if (answer?.status === 200) break;
    await delay(100);
  }
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
