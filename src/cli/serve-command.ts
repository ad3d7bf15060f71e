import cluster from 'node:cluster';
import closeWithGrace from 'close-with-grace';
import { checkAddress, startServer } from '../compose/start-server.ts';
import { type Config, readConfig } from '../config/config.ts';
import { createLogger, type Logger } from '../platform/logger.ts';
import { formatGreeting } from './greeting.ts';
import { defineCommand } from './parsing/command.ts';
import { Supervisor } from './workers/supervisor.ts';
import { SupervisorLink } from './workers/supervisor-link.ts';

/** Maximum time of a stop, from when connections are no longer accepted. */
export const STOP_WITHIN_MS = 10_000;
/** Time that a worker has to end by itself after that, before it is killed. */
const KILL_AFTER_MS = 2_000;
/** Where the output is a terminal, no balancer has to notice the stop first. */
const DRAIN_MS = { terminal: 0, service: 5_000 } as const;

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'Run the server',
  description:
    'Runs the server until it receives SIGINT or SIGTERM. Without DATABASE_URL it opens an embedded database in ' +
    '.holdfast/ and fills it with sample data. It brings the schema of its database up to date first. With WORKERS it ' +
    'runs as several processes, which SIGHUP replaces one by one.',
  options: {},
  examples: [
    { command: 'holdfast serve', description: 'Listen at http://127.0.0.1:3000' },
    { command: 'PORT=0 HOLDFAST_DATA_DIR=memory: holdfast serve', description: 'Pick a free port and keep nothing' },
    { command: 'DATABASE_URL=postgres://postgres@127.0.0.1/holdfast holdfast serve', description: 'Use PostgreSQL' },
  ],
  async run(_values, { env, stdout, version }) {
    const config = readConfig(env);
    const logger = createLogger(config.logLevel);
    const drainMs = config.drainMs ?? (stdout.isTTY ? DRAIN_MS.terminal : DRAIN_MS.service);
    const options = { config, logger, version, drainMs, print: (text: string) => void stdout.write(text) };
    if (config.workers === 1) await serve(options);
    else if (cluster.isPrimary) await superviseWorkers(options);
    else await serve(options, new SupervisorLink());
  },
});

interface ServeOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly drainMs: number;
  readonly print: (text: string) => void;
}

/** Runs the server in this process until it has to stop, by a signal or by its supervisor. */
async function serve({ config, logger, version, drainMs, print }: ServeOptions, link?: SupervisorLink): Promise<void> {
  let stopping: { readonly isReplaced: boolean } | undefined;
  let close = async () => process.exit(0);
  link?.onStop((isReplaced) => {
    if (!stopping) {
      stopping = { isReplaced };
      void close();
    }
  });
  const server = await startServer(config, logger, version, link && { exposeMetrics: () => link.joinedMetrics() });
  // The supervisor takes SIGHUP, and a terminal sends it to all.
  const skip = link ? (['SIGHUP'] as const) : [];
  const grace = closeWithGrace(
    { delay: drainMs + STOP_WITHIN_MS, logger: false, skip: [...skip] },
    async ({ signal, err }) => {
      stopping ??= { isReplaced: false };
      if (err) logger.fatal({ err }, 'stopping after an uncaught error');
      else logger.info({ signal }, 'stopping');
      // After an uncaught error nothing more is served than has to be.
      await link?.ending();
      await server.stop(err ? 0 : drainMs, stopping.isReplaced);
      await link?.ending();
      logger.info('stopped');
    },
  );
  close = grace.close as typeof close;
  if (link) link.started(server, formatGreeting(server, config));
  else print(formatGreeting(server, config));
  try {
    await server.backgroundStarted;
  } catch (error) {
    // Its exit code would be 0.
    grace.uninstall();
    await server.stop(0);
    throw error;
  }
}

async function superviseWorkers({ config, logger, drainMs, print }: ServeOptions): Promise<void> {
  const port = await checkAddress(config);
  const stopWithinMs = drainMs + STOP_WITHIN_MS + KILL_AFTER_MS;
  const supervisor = new Supervisor({ count: config.workers, port, logger, stopWithinMs, print });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void supervisor.stop());
  process.on('SIGHUP', () => void supervisor.roll());
  process.exit(await supervisor.run());
}
