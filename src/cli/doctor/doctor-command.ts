import { ConfigError, readCommandKey, readConfig } from '../../config/config.ts';
import { type CommandContext, defineCommand } from '../parsing/command.ts';
import { CommandError } from '../parsing/exit-code.ts';
import { type Finding, fail, ok, reasonOf } from './check.ts';
import { checkHost } from './check-host.ts';
import { checkRedis } from './check-redis.ts';
import { checkUpstreams } from './check-upstreams.ts';

/** No check waits longer for anything. */
const CHECK_WITHIN_MS = 60_000;

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Check the configuration and everything the server depends on',
  description:
    'Checks the configuration, the host, the database, Redis, suppliers, the keys of token issuers and webhooks, and ' +
    'prints a line for each check, with what to do. Run it with the environment of the server, also beside it. It ' +
    'changes nothing and spends no pull. An embedded database that a server has open is checked through the server, ' +
    'with --url.',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      description: 'A running server to check too, such as http://127.0.0.1:3000, with the key in HOLDFAST_KEY',
    },
    json: { type: 'boolean', description: 'Print JSON' },
  },
  examples: [
    { command: 'holdfast doctor', description: 'Check what a server with this environment would meet' },
    { command: 'holdfast doctor --url http://127.0.0.1:3000', description: 'Check a running server too' },
  ],
  async run({ url, json }, { env, stdout }) {
    const findings = await examine(url, env);
    stdout.write(json ? `${JSON.stringify({ checks: findings }, null, 2)}\n` : formatFindings(findings));
    const failed = findings.filter(({ status }) => status === 'fail').length;
    if (failed > 0) throw new CommandError(failed === 1 ? '1 check failed.' : `${failed} checks failed.`);
  },
});

async function examine(url: string | undefined, env: CommandContext['env']): Promise<Finding[]> {
  const config = readEnvironment(env);
  if ('status' in config) return [config, ...(await checkHost())];
  const { database } = config;
  const groups: Record<string, () => Promise<Finding[]>> = {
    host: checkHost,
    database: async () => {
      // Their modules are loaded only here, because every command loads this file.
      if (database.kind === 'postgres') {
        return (await import('./check-postgres.ts')).checkPostgres(database, config);
      }
      return (await import('./check-embedded.ts')).checkEmbedded(database.dataDir, config);
    },
    redis: () => checkRedis(config),
    upstreams: () => checkUpstreams(config),
  };
  if (url !== undefined) {
    const key = readCommandKey(env);
    groups.server = async () => (await import('./check-server.ts')).checkRunningServer(url, key);
  }
  const found = await Promise.all(Object.entries(groups).map(([name, check]) => inTime(name, check)));
  return [ok('configuration', 'every variable is valid'), ...found.flat()];
}

function readEnvironment(env: CommandContext['env']): ReturnType<typeof readConfig> | Finding {
  try {
    return readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return fail('configuration', reasonOf(error));
    throw error;
  }
}

/** One group that fails in an unforeseen way does not hide the findings of the others. */
async function inTime(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  const { promise: timeout, resolve } = Promise.withResolvers<Finding[]>();
  const tooLong = [fail(name, `no answer within ${CHECK_WITHIN_MS / 1_000} s`)];
  const timer = setTimeout(() => resolve(tooLong), CHECK_WITHIN_MS);
  try {
    return await Promise.race([check(), timeout]);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return [fail(name, reasonOf(error))];
  } finally {
    clearTimeout(timer);
  }
}

function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings.map(({ name, status, text }) => `${status.padEnd(4)}  ${name.padEnd(width)}  ${text}\n`).join('');
}
