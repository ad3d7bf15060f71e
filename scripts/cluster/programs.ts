import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import type { EngineUser } from './engine-user.ts';
import { at, type Layout, type Place, type PostgresPlace } from './layout.ts';
import { postgresBinaries, programPath } from './packages.ts';
import type { Program } from './processes.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

export interface Passwords {
  readonly superuser: string;
  readonly replication: string;
  /** Of the user and owner `holdfast` of the database `holdfast`. */
  readonly holdfast: string;
}

export interface Settings {
  readonly layout: Layout;
  /** Where data, logs and a copy of `deploy/` are. */
  readonly directory: string;
  readonly user: EngineUser | undefined;
  readonly passwords: Passwords;
  /** Environment of an instance, beside what connects it. */
  readonly instanceEnv: (name: string) => Readonly<Record<string, string>>;
  /** Environment of the balancer, beside what connects it. */
  readonly balancerEnv: () => Readonly<Record<string, string>>;
}

/** Says how to start each server, with the files in `deploy/` as they are: what differs is in the environment. */
export class Programs {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  etcd(): Program[] {
    const { etcd } = this.#settings.layout;
    const peers = etcd.map(({ name, peerPort }) => `${name}=http://${at(peerPort)}`).join(',');
    return etcd.map(({ name, port, peerPort }) => ({
      name,
      command: programPath('etcd'),
      args: [],
      user: this.#settings.user,
      env: {
        ...this.#etcdEnv,
        ETCD_NAME: name,
        ETCD_DATA_DIR: join(this.#settings.directory, name),
        ETCD_LISTEN_CLIENT_URLS: `http://${at(port)}`,
        ETCD_ADVERTISE_CLIENT_URLS: `http://${at(port)}`,
        ETCD_LISTEN_PEER_URLS: `http://${at(peerPort)}`,
        ETCD_INITIAL_ADVERTISE_PEER_URLS: `http://${at(peerPort)}`,
        ETCD_INITIAL_CLUSTER: peers,
      },
    }));
  }

  #etcdEnv: Readonly<Record<string, string>> = {};

  /** Reads what is not read by the servers themselves, and writes the files that they rewrite. */
  async prepare(): Promise<void> {
    this.#etcdEnv = parseEnv(await readFile(this.#deployed('etcd/etcd.env'), 'utf8')) as Record<string, string>;
    const { redis, sentinels, pgbouncer, router } = this.#settings.layout;
    for (const [index, { name, port }] of redis.entries()) {
      const primary = redis[0]?.port ?? 0;
      await this.#writeOnce(`${name}/redis.conf`, [
        `include ${this.#deployed('redis/redis.conf')}`,
        `bind 127.0.0.1\nport ${port}\ndir ${join(this.#settings.directory, name)}`,
        ...(index === 0 ? [] : [`replicaof 127.0.0.1 ${primary}`]),
      ]);
    }
    for (const { name, port } of sentinels) {
      await this.#writeOnce(`${name}/sentinel.conf`, [
        `include ${this.#deployed('redis/sentinel.conf')}`,
        `bind 127.0.0.1\nport ${port}\ndir ${join(this.#settings.directory, name)}`,
        `sentinel monitor holdfast 127.0.0.1 ${redis[0]?.port} 2`,
      ]);
    }
    await this.#writeOnce('pgbouncer/userlist.txt', [`"holdfast" "${this.#settings.passwords.holdfast}"`]);
    // Not by `%include`: PgBouncer resets a section to its defaults where the section begins again.
    await this.#writeOnce('pgbouncer/pgbouncer.ini', [
      await readFile(this.#deployed('pgbouncer/pgbouncer.ini'), 'utf8'),
      `listen_addr = 127.0.0.1\nlisten_port = ${pgbouncer.port}`,
      `auth_file = ${join(this.#settings.directory, 'pgbouncer/userlist.txt')}`,
      `[databases]\nholdfast = host=127.0.0.1 port=${router.primary} dbname=holdfast`,
    ]);
  }

  patroni(place: PostgresPlace): Program {
    const { directory, layout, passwords, user } = this.#settings;
    return {
      name: place.name,
      command: programPath('patroni'),
      args: [this.#deployed('patroni/patroni.yml')],
      user,
      env: {
        PATRONI_NAME: place.name,
        PATRONI_ETCD3_HOSTS: layout.etcd.map(({ port }) => at(port)).join(','),
        PATRONI_RESTAPI_LISTEN: at(place.restPort),
        PATRONI_RESTAPI_CONNECT_ADDRESS: at(place.restPort),
        PATRONI_POSTGRESQL_LISTEN: at(place.port),
        PATRONI_POSTGRESQL_CONNECT_ADDRESS: at(place.port),
        PATRONI_POSTGRESQL_DATA_DIR: dataDirectory(directory, place),
        PATRONI_POSTGRESQL_BIN_DIR: postgresBinaries() ?? '',
        PATRONI_POSTGRESQL_PGPASS: join(directory, place.name, 'pgpass'),
        PATRONI_SUPERUSER_USERNAME: 'postgres',
        PATRONI_SUPERUSER_PASSWORD: passwords.superuser,
        PATRONI_REPLICATION_USERNAME: 'replicator',
        PATRONI_REPLICATION_PASSWORD: passwords.replication,
      },
    };
  }

  redis({ name }: Place): Program {
    return {
      name,
      command: programPath('redis-server'),
      args: [this.#own(name, 'redis.conf')],
      user: this.#settings.user,
    };
  }

  sentinel({ name }: Place): Program {
    const args = [this.#own(name, 'sentinel.conf'), '--sentinel'];
    return { name, command: programPath('redis-server'), args, user: this.#settings.user };
  }

  router(): Program {
    const { router, postgres, redis } = this.#settings.layout;
    const env: Record<string, string> = {
      POSTGRES_PRIMARY_BIND: at(router.primary),
      POSTGRES_STANDBYS_BIND: at(router.standbys),
      REDIS_PRIMARY_BIND: at(router.redis),
    };
    for (const [index, { port, restPort }] of postgres.entries()) {
      env[`POSTGRES_${index + 1}`] = at(port);
      env[`PATRONI_${index + 1}_PORT`] = String(restPort);
    }
    for (const [index, { port }] of redis.entries()) env[`REDIS_${index + 1}`] = at(port);
    return this.#haproxy(router.name, 'databases.cfg', env);
  }

  balancer(): Program {
    const { balancer, instances } = this.#settings.layout;
    const env: Record<string, string> = { HTTP_BIND: at(balancer.port) };
    for (const [index, { port }] of instances.entries()) env[`HOLDFAST_${index + 1}`] = at(port);
    return this.#haproxy(balancer.name, 'haproxy.cfg', { ...env, ...this.#settings.balancerEnv() });
  }

  pgbouncer(): Program {
    const { name } = this.#settings.layout.pgbouncer;
    const args = [this.#own(name, 'pgbouncer.ini')];
    return { name, command: programPath('pgbouncer'), args, user: this.#settings.user };
  }

  instance({ name, port }: Place): Program {
    const { layout, passwords, instanceEnv } = this.#settings;
    return {
      name,
      command: process.execPath,
      args: [join(CHECKOUT, 'src/main.ts'), 'serve'],
      env: {
        PORT: String(port),
        DATABASE_URL: databaseUrl('holdfast', passwords.holdfast, layout.pgbouncer.port, 'holdfast'),
        DATABASE_DIRECT_URL: databaseUrl('holdfast', passwords.holdfast, layout.router.primary, 'holdfast'),
        REDIS_URL: `redis://${at(layout.router.redis)}`,
        TRUST_PROXY: '127.0.0.1',
        ...instanceEnv(name),
      },
    };
  }

  /** `-W`: a master process that starts a new worker on SIGUSR2, without closing the port. */
  #haproxy(name: string, file: string, env: Readonly<Record<string, string>>): Program {
    const args = ['-W', '-f', this.#deployed(`haproxy/${file}`)];
    return { name, command: programPath('haproxy'), args, env, user: this.#settings.user };
  }

  #deployed(file: string): string {
    return join(this.#settings.directory, 'deploy', file);
  }

  #own(name: string, file: string): string {
    return join(this.#settings.directory, name, file);
  }

  /** Redis and Sentinel write what they learn into their file, so that it is not written again. */
  async #writeOnce(file: string, lines: readonly string[]): Promise<void> {
    const { directory, user } = this.#settings;
    const path = join(directory, file);
    try {
      await writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      throw error;
    }
    if (user) await chown(path, user.uid, user.gid);
  }
}

export function dataDirectory(directory: string, { name }: Place): string {
  return join(directory, name, 'data');
}

export function databaseUrl(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${password}@${at(port)}/${database}`;
}
