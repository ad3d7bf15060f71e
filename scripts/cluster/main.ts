// Brings up on loopback what production has, without a container engine: `npm run cluster -- --help`.
import { parseArgs } from 'node:util';
import { Cluster, VICTIMS, type Victim } from './cluster.ts';
import { PORTS_TAKEN } from './layout.ts';
import { ClusterError } from './packages.ts';
import { drawPicture } from './picture.ts';

const DEFAULT_PORT = 7_400;
const HELP = `Usage: npm run cluster -- [command] [--port ${DEFAULT_PORT}]

Three instances of Holdfast behind HAProxy; PostgreSQL under Patroni and etcd with a synchronous standby; PgBouncer;
Redis with Sentinel. Everything runs on loopback in the background, from Debian's packages and the files in deploy/.

  up             start what does not run, and show it (the default)
  status         show what runs, with addresses and roles
  kill <what>    kill -9 of one: ${VICTIMS.join(', ')}; "up" starts it again
  roll           restart the instances one after another
  down           end everything that was started, and delete its data

  --port <port>  the first of ${PORTS_TAKEN} ports; clusters with other ports run beside each other
`;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: String(DEFAULT_PORT) }, help: { type: 'boolean', short: 'h' } },
  });
  const [command = 'up', what, ...rest] = positionals;
  if (values.help || !isCommand(command) || rest.length > 0 || (what !== undefined && command !== 'kill')) {
    print(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const basePort = Number(values.port);
  if (!Number.isInteger(basePort) || basePort < 1_024 || basePort + PORTS_TAKEN > 65_536) {
    throw new ClusterError(`--port must be a number from 1024 to ${65_536 - PORTS_TAKEN}`);
  }
  const options = { basePort, instanceEnv: () => ({ HOLDFAST_SAMPLES: 'on' }), say: print };
  await COMMANDS[command](await (command === 'up' ? Cluster.create(options) : Cluster.find(options)), what);
}

const COMMANDS = {
  async up(cluster: Cluster) {
    await cluster.up();
    print(await drawPicture(cluster));
  },
  async status(cluster: Cluster) {
    print(await drawPicture(cluster));
  },
  async kill(cluster: Cluster, what?: string) {
    if (!isVictim(what)) throw new ClusterError(`Name what to kill: ${VICTIMS.join(', ')}`);
    print(`killed ${await cluster.kill(what)}; "npm run cluster" starts it again`);
  },
  async roll(cluster: Cluster) {
    await cluster.roll();
  },
  async down(cluster: Cluster) {
    await cluster.down();
  },
} as const;

function isCommand(text: string): text is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, text);
}

function isVictim(text: string | undefined): text is Victim {
  return (VICTIMS as readonly (string | undefined)[]).includes(text);
}

try {
  await main();
} catch (error) {
  const isExpected =
    error instanceof ClusterError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isExpected ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = isExpected ? 2 : 1;
}
