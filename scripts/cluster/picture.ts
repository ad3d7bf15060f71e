import type { Cluster } from './cluster.ts';
import { at } from './layout.ts';
import type { PatroniMember } from './patroni.ts';
import { redisRole } from './probes.ts';

const ROLES: Readonly<Record<PatroniMember['role'], string>> = {
  leader: 'primary',
  sync_standby: 'synchronous standby',
  replica: 'standby',
};
const REDIS_ROLES = { master: 'primary', slave: 'replica' } as const;

/** Draws what runs, with addresses and present roles. */
export async function drawPicture(cluster: Cluster): Promise<string> {
  const { layout, processes } = cluster;
  const members = new Map((await cluster.members()).map((member) => [member.name, member]));
  const redis = new Map<string, string>();
  for (const { name, port } of layout.redis) {
    const role = await redisRole(port);
    if (role) redis.set(name, REDIS_ROLES[role]);
  }
  const line = (name: string, address: string, role: string) =>
    `    ${name.padEnd(12)} ${address.padEnd(16)} ${processes.pidOf(name) === undefined ? 'does not run' : role}`;
  const roleOf = (name: string) => {
    const member = members.get(name);
    if (member === undefined) return 'unknown to Patroni';
    const lag = member.lag === undefined ? '' : `, ${member.lag} bytes behind`;
    return `${ROLES[member.role]}, ${member.state}${lag}`;
  };
  const { balancer, router, pgbouncer } = layout;
  return [
    'clients',
    '  │',
    line(balancer.name, at(balancer.port), `HAProxy: http://${at(balancer.port)}`).replace('    ', '  ▼ '),
    '  │',
    ...layout.instances.map(({ name, port }) => line(name, at(port), 'Holdfast').replace('    ', '  ├►')),
    '  │',
    line(pgbouncer.name, at(pgbouncer.port), 'PgBouncer, through the router to the primary').replace('    ', '  ▼ '),
    line(router.name, at(router.primary), 'HAProxy: the PostgreSQL primary').replace('    ', '  ▼ '),
    line(router.name, at(router.standbys), 'HAProxy: its standbys').replace('    ', '  ▼ '),
    line(router.name, at(router.redis), 'HAProxy: the Redis primary').replace('    ', '  ▼ '),
    '  │',
    ...layout.postgres.map(({ name, port }) => line(name, at(port), roleOf(name)).replace('    ', '  ├►')),
    ...layout.redis.map(({ name, port }) =>
      line(name, at(port), redis.get(name) ?? 'no answer').replace('    ', '  ├►'),
    ),
    '',
    'who is primary is decided by',
    ...layout.etcd.map(({ name, port }) => line(name, at(port), 'for Patroni')),
    ...layout.sentinels.map(({ name, port }) => line(name, at(port), 'for Redis')),
    '',
    `logs and data: ${cluster.directory}`,
  ].join('\n');
}
