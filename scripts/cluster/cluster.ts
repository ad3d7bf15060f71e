import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createDirectory, directoryOf, ownDirectory, readPasswords, requireFreePorts } from './directory.ts';
import { engineUser } from './engine-user.ts';
import { at, type Layout, layOut, type PostgresPlace, portsOf } from './layout.ts';
import { ClusterError, requirePackages } from './packages.ts';
import { isComplete, type PatroniMember, patroniMembers } from './patroni.ts';
import { isOk, redisRole } from './probes.ts';
import { descendantsOf, killAll, Processes, type Program } from './processes.ts';
import { databaseUrl, dataDirectory, type Passwords, Programs } from './programs.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const CONFIGURED = ['etcd', 'haproxy', 'patroni', 'pgbouncer', 'redis'];
const STARTS_WITHIN_MS = 90_000;

export const VICTIMS = ['primary', 'instance', 'redis', 'pgbouncer', 'haproxy'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface ClusterOptions {
  readonly basePort: number;
  /** Environment of an instance, beside what connects it. */
  readonly instanceEnv?: (name: string) => Readonly<Record<string, string>>;
  /** Environment of the balancer, beside what connects it. */
  readonly balancerEnv?: () => Readonly<Record<string, string>>;
  /** Reports progress. */
  readonly say?: (line: string) => void;
}

/**
 * The servers of a production deployment, on loopback: etcd, PostgreSQL under Patroni, PgBouncer, Redis with Sentinel, HAProxy and three
 * instances of this checkout. Its processes run in the background and nothing restarts one that ends, except `up`.
 */
export class Cluster {
  readonly layout: Layout;
  readonly processes: Processes;
  readonly #directory: string;
  readonly #programs: Programs;
  readonly #passwords: Passwords;
  readonly #say: (line: string) => void;

  private constructor(options: ClusterOptions, directory: string, processes: Processes, passwords: Passwords) {
    const { basePort, instanceEnv = () => ({}), balancerEnv = () => ({}), say = () => {} } = options;
    this.layout = layOut(basePort);
    this.processes = processes;
    this.#directory = directory;
    this.#passwords = passwords;
    this.#say = say;
    const layout = this.layout;
    this.#programs = new Programs({ layout, directory, user: engineUser(), passwords, instanceEnv, balancerEnv });
  }

  /** The cluster at a base port, with a new directory unless it has one. @throws ClusterError */
  static async create(options: ClusterOptions): Promise<Cluster> {
    requirePackages();
    const isNew = await createDirectory(directoryOf(options.basePort));
    if (isNew) await requireFreePorts(portsOf(layOut(options.basePort)));
    return Cluster.#open(options);
  }

  /** A cluster that was created before. @throws ClusterError */
  static async find(options: ClusterOptions): Promise<Cluster> {
    if (!existsSync(directoryOf(options.basePort))) {
      throw new ClusterError(`There is no cluster at port ${options.basePort}. Start one with "npm run cluster".`);
    }
    return Cluster.#open(options);
  }

  static async #open(options: ClusterOptions): Promise<Cluster> {
    const directory = directoryOf(options.basePort);
    return new Cluster(options, directory, await Processes.open(directory), await readPasswords(directory));
  }

  get directory(): string {
    return this.#directory;
  }

  /** The database, as its owner, at the current primary. */
  get databaseUrl(): string {
    return databaseUrl('holdfast', this.#passwords.holdfast, this.layout.router.primary, 'holdfast');
  }

  /** The database as superuser, at one server, or through HAProxy at the current primary. */
  superuserUrl(port = this.layout.router.primary): string {
    return databaseUrl('postgres', this.#passwords.superuser, port, 'postgres');
  }

  /** Starts everything that does not run, in order, and resolves when it works. */
  async up(): Promise<void> {
    await this.upDatabases();
    await this.upInstances();
  }

  /** Starts all but the instances and their balancer. */
  async upDatabases(): Promise<void> {
    const { etcd, postgres, redis, sentinels } = this.layout;
    await this.#prepare();
    await this.#start('etcd', this.#programs.etcd());
    await this.#until('etcd is healthy', async () => {
      const healthy = await Promise.all(etcd.map(({ port }) => isOk(`http://${at(port)}/health`)));
      return healthy.every(Boolean);
    });
    await this.#start(
      'PostgreSQL under Patroni',
      postgres.map((place) => this.#programs.patroni(place)),
    );
    await this.#start(
      'Redis',
      redis.map((place) => this.#programs.redis(place)),
    );
    await this.#start(
      'Sentinel',
      sentinels.map((place) => this.#programs.sentinel(place)),
    );
    await this.#start('HAProxy', [this.#programs.router()]);
    await this.#until('PostgreSQL has a primary and its standbys stream', async () =>
      isComplete(await this.members(), postgres.length, false),
    );
    await this.#until('the database exists', () => this.#createDatabase());
    await this.#start('PgBouncer', [this.#programs.pgbouncer()]);
  }

  async upInstances(): Promise<void> {
    const { instances, balancer } = this.layout;
    const [first] = instances;
    // The first one applies the migrations, for which the others would only wait.
    if (first) await this.startInstance(first.name);
    await Promise.all(instances.map(({ name }) => this.startInstance(name)));
    await this.#start('HAProxy', [this.#programs.balancer()]);
    await this.#until('the balancer answers', () => isOk(`http://${at(balancer.port)}/readyz`));
  }

  /** Starts an instance unless it runs, and resolves when it is ready. */
  async startInstance(name: string): Promise<void> {
    const place = this.layout.instances.find((each) => each.name === name);
    if (!place) throw new Error(`there is no ${name}`);
    await this.#start(name, [this.#programs.instance(place)]);
    await this.#until(`${name} is ready`, () => isOk(`http://${at(place.port)}/readyz`), [name]);
  }

  /** Starts Patroni and its PostgreSQL again. */
  async startPostgres(name: string): Promise<void> {
    await this.processes.start(this.#programs.patroni(this.postgresNamed(name)));
  }

  /** Ends everything that was started, the youngest first, and deletes all data. */
  async down(): Promise<void> {
    const { balancer, instances, pgbouncer, router, sentinels, redis, postgres, etcd } = this.layout;
    const stop = (places: readonly { readonly name: string }[]) =>
      Promise.all(places.map(({ name }) => this.processes.stop(name)));
    await stop([balancer]);
    await stop(instances);
    await stop([pgbouncer, router, ...sentinels, ...redis, ...postgres]);
    // Left over where Patroni was killed and its PostgreSQL was not.
    for (const place of postgres) await killAll(this.#postgresProcesses(place));
    await stop(etcd);
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** The PostgreSQL servers as Patroni sees them. */
  members(): Promise<readonly PatroniMember[]> {
    return patroniMembers(this.layout.postgres);
  }

  /** Sends SIGKILL to what a fault would end. @returns the name of what was killed */
  async kill(victim: Victim): Promise<string> {
    if (victim === 'primary') return this.killPostgres(await this.primary());
    const name = await this.#runningName(victim);
    // A master of HAProxy or a supervisor that is killed leaves its workers behind.
    const pid = this.processes.pidOf(name) ?? 0;
    await killAll([pid, ...descendantsOf(pid)]);
    return name;
  }

  /** Kills Patroni, PostgreSQL and all its sessions at once, as the loss of the machine does. */
  async killPostgres(name: string): Promise<string> {
    const patroni = this.processes.pidOf(name);
    await killAll([...(patroni === undefined ? [] : [patroni]), ...this.#postgresProcesses(this.postgresNamed(name))]);
    return name;
  }

  /** Kills PostgreSQL and all its sessions, and leaves Patroni running. */
  async killPostgresOnly(name: string): Promise<void> {
    await killAll(this.#postgresProcesses(this.postgresNamed(name)));
  }

  /** The name of the current primary. */
  async primary(): Promise<string> {
    const leader = (await this.members()).find(({ role }) => role === 'leader');
    if (!leader) throw new ClusterError('PostgreSQL has no primary now. Try again in a few seconds.');
    return leader.name;
  }

  /** Restarts the instances one after another, as a deployment does. @returns how many were restarted */
  async roll(): Promise<number> {
    for (const { name } of this.layout.instances) {
      this.#say(`stopping ${name}`);
      await this.processes.stop(name);
      await this.startInstance(name);
      // HAProxy uses it after two checks that succeed, a second apart.
      await delay(3_000);
    }
    return this.layout.instances.length;
  }

  postgresNamed(name: string): PostgresPlace {
    const place = this.layout.postgres.find((each) => each.name === name);
    if (!place) throw new Error(`there is no ${name}`);
    return place;
  }

  /** The process ids of a PostgreSQL server, which is no child of the Patroni that started it. */
  #postgresProcesses(place: PostgresPlace): number[] {
    const data = dataDirectory(this.#directory, place);
    try {
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // The file of a killed server names a process that may be another one today.
      return readlinkSync(`/proc/${pid}/cwd`) === data ? [pid, ...descendantsOf(pid)] : [];
    } catch {
      return [];
    }
  }

  /** Starts those of some programs that do not run. */
  async #start(what: string, programs: readonly Program[]): Promise<void> {
    const ended = programs.filter(({ name }) => this.processes.pidOf(name) === undefined);
    if (ended.length > 0) this.#say(`starting ${what}`);
    for (const program of ended) await this.processes.start(program);
  }

  async #runningName(victim: Exclude<Victim, 'primary'>): Promise<string> {
    const { instances, redis, balancer, pgbouncer } = this.layout;
    const candidates = { instance: instances, redis, haproxy: [balancer], pgbouncer: [pgbouncer] }[victim];
    for (const { name, port } of candidates) {
      if (this.processes.pidOf(name) === undefined) continue;
      if (victim !== 'redis' || (await redisRole(port)) === 'master') return name;
    }
    throw new ClusterError(`There is no ${victim} that runs. Start it with "npm run cluster".`);
  }

  async #prepare(): Promise<void> {
    for (const name of CONFIGURED) {
      const target = join(this.#directory, 'deploy', name);
      await cp(join(DEPLOY, name), target, { recursive: true, force: true });
    }
    const user = engineUser();
    const { etcd, postgres, redis, sentinels, pgbouncer } = this.layout;
    for (const { name } of [...etcd, ...postgres, ...redis, ...sentinels, pgbouncer]) {
      await ownDirectory(join(this.#directory, name), user);
    }
    await this.#programs.prepare();
  }

  /** Runs the script that a new cluster needs once; again, it changes nothing. */
  async #createDatabase(): Promise<boolean> {
    const script = join(this.#directory, 'deploy/patroni/create-database.sh');
    const env = { PATH: process.env.PATH, HOLDFAST_DATABASE_PASSWORD: this.#passwords.holdfast };
    try {
      await promisify(execFile)('sh', [script, this.superuserUrl()], { env });
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until something is so. @throws ClusterError that names the logs to read, when it is not in time */
  async #until(what: string, holds: () => Promise<boolean>, names: readonly string[] = []): Promise<void> {
    const giveUpAt = performance.now() + STARTS_WITHIN_MS;
    while (!(await holds())) {
      const ended = names.find((name) => this.processes.pidOf(name) === undefined);
      if (ended === undefined && performance.now() < giveUpAt) {
        await delay(200);
        continue;
      }
      const reason = ended === undefined ? `Not within ${STARTS_WITHIN_MS / 1_000} s` : `${ended} ended`;
      throw new ClusterError(`${reason}: ${what}. Look at the logs in ${this.#directory}.`);
    }
  }
}
