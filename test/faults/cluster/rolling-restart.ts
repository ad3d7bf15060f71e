import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { at } from '../../../scripts/cluster/layout.ts';
import { freePort } from '../../support/server/free-port.ts';
import { MixedLoad } from '../mixed-load.ts';
import { type FaultReport, finding } from '../report.ts';
import { startClusterFixture } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';
import type { ClusterFaultOptions } from './options.ts';

const REQUESTS = 20_000;
const CLIENTS = 16;
const THINK_MS = 20;
/** HAProxy's defaults notice after 6 s that an instance is not ready: three checks, 2 s apart. */
const DRAIN = '8s';

/**
 * Restarts the instances one after another behind two balancers at once, until each has had 20,000 requests: HAProxy as
 * `deploy/` configures it, and HAProxy with its defaults.
 */
export async function rollingRestart(options: ClusterFaultOptions): Promise<FaultReport[]> {
  const { rounds = 1, say } = options;
  await using fixture = await startClusterFixture(options, { instanceEnv: { DRAIN } });
  const { cluster, bookings } = fixture;
  await using plain = await startPlainHaproxy(cluster.layout.instances.map(({ port }) => port));
  const clients = { newHold: bookings.newHold, clients: CLIENTS, thinkMs: THINK_MS };
  const configured = new MixedLoad({ port: cluster.layout.balancer.port, ...clients });
  const byDefaults = new MixedLoad({ port: plain.port, ...clients });
  for (const load of [configured, byDefaults]) load.start();
  await delay(2_000);
  let restarts = 0;
  for (let round = 0; round < rounds || Math.min(configured.sent, byDefaults.sent) < REQUESTS; round += 1) {
    restarts += await cluster.roll();
    say(`${restarts} restarts, ${configured.sent} and ${byDefaults.sent} requests`);
  }
  await Promise.all([configured.stop(), byDefaults.stop()]);
  const answered = (check: string, { sent, failures }: MixedLoad) => ({ check, trials: sent, breaches: failures });
  return [
    {
      title: `rolling restart of ${cluster.layout.instances.length} instances under load, ${restarts} restarts, DRAIN=${DRAIN}`,
      facts: [],
      findings: [
        answered('deploy/haproxy/haproxy.cfg: every request is answered', configured),
        answered("HAProxy's defaults: every request is answered", byDefaults),
        finding('each balancer had its share', [
          { ok: Math.min(configured.sent, byDefaults.sent) >= REQUESTS, what: 'too few requests' },
        ]),
      ],
    },
  ];
}

/** HAProxy with its default checks (every 2 s, three failures), and no repetition but of connections that failed. */
async function startPlainHaproxy(ports: readonly number[]) {
  const port = await freePort();
  const directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-haproxy-'));
  const file = join(directory.path, 'haproxy.cfg');
  const servers = ports.map((each, index) => `    server holdfast-${index + 1} ${at(each)} check`);
  await writeFile(
    file,
    `defaults
    mode http
    timeout connect 3s
    timeout client 70s
    timeout server 30s
    option redispatch
    retry-on conn-failure

listen http
    bind ${at(port)}
    option httpchk GET /readyz
${servers.join('\n')}
`,
  );
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  await once(child, 'spawn');
  await eventually('HAProxy answers', () =>
    fetch(`http://${at(port)}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await directory[Symbol.asyncDispose]();
    },
  };
}
