/** A server of the cluster: its name, unique in the cluster, and its port on loopback. */
export interface Place {
  readonly name: string;
  readonly port: number;
}

/** A PostgreSQL server under Patroni. */
export interface PostgresPlace extends Place {
  /** The port of Patroni's REST interface. */
  readonly restPort: number;
}

/** A member of etcd. */
interface EtcdPlace extends Place {
  readonly peerPort: number;
}

/** Everything that listens. All ports are derived from one, so that two clusters can run beside each other. */
export interface Layout {
  readonly balancer: Place;
  readonly instances: readonly Place[];
  /** HAProxy in front of the databases, with a port for each role. */
  readonly router: {
    readonly name: string;
    readonly primary: number;
    readonly standbys: number;
    readonly redis: number;
  };
  readonly pgbouncer: Place;
  readonly postgres: readonly PostgresPlace[];
  readonly redis: readonly Place[];
  readonly sentinels: readonly Place[];
  readonly etcd: readonly EtcdPlace[];
}

/** Ports that a cluster takes, from its base port on. */
export const PORTS_TAKEN = 100;

export function layOut(basePort: number): Layout {
  const places = (name: string, count: number, offset: number): Place[] =>
    Array.from({ length: count }, (_, index) => ({ name: `${name}-${index + 1}`, port: basePort + offset + index }));
  return {
    balancer: { name: 'balancer', port: basePort },
    instances: places('holdfast', 3, 11),
    router: { name: 'router', primary: basePort + 21, standbys: basePort + 22, redis: basePort + 23 },
    pgbouncer: { name: 'pgbouncer', port: basePort + 31 },
    postgres: places('postgres', 3, 41).map((place) => ({ ...place, restPort: place.port + 10 })),
    redis: places('redis', 2, 61),
    sentinels: places('sentinel', 3, 71),
    etcd: places('etcd', 3, 81).map((place) => ({ ...place, peerPort: place.port + 10 })),
  };
}

/** All ports of a layout. */
export function portsOf({ balancer, router, pgbouncer, ...layout }: Layout): number[] {
  return [
    ...[balancer, pgbouncer, ...layout.instances, ...layout.redis, ...layout.sentinels].map(({ port }) => port),
    ...[router.primary, router.standbys, router.redis],
    ...layout.postgres.flatMap(({ port, restPort }) => [port, restPort]),
    ...layout.etcd.flatMap(({ port, peerPort }) => [port, peerPort]),
  ];
}

/** An address on loopback. */
export function at(port: number): string {
  return `127.0.0.1:${port}`;
}
