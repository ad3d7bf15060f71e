import type { Config } from '../../config/config.ts';
import { type Finding, fail, ok, reasonOf, warn } from './check.ts';
import { checkClock } from './check-clocks.ts';

const CONNECT_WITHIN_MS = 2_000;
const MIN_VERSION = 7;

/** Checks Redis with a connection of its own. */
export async function checkRedis({ redisUrl }: Config): Promise<Finding[]> {
  if (redisUrl === undefined) return [ok('redis', 'not configured: each instance has only its own memory')];
  // Loaded only here, as in the server.
  const { createClient } = await import('redis');
  const client = createClient({
    url: redisUrl.reveal(),
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_WITHIN_MS, socketTimeout: CONNECT_WITHIN_MS, reconnectStrategy: false },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const info = await client.info();
    const clock = await checkClock('redis', async () => {
      const [seconds, microseconds] = await client.sendCommand<string[]>(['TIME']);
      return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    });
    return [...judge(info), clock];
  } catch (error) {
    const { host } = new URL(redisUrl.reveal());
    const text = `${host} cannot be used: ${reasonOf(error)}. Start Redis, or correct REDIS_URL. Until then the server works without it.`;
    return [fail('redis', text)];
  } finally {
    client.destroy();
  }
}

function judge(info: string): Finding[] {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
  const version = field('valkey_version') ?? field('redis_version') ?? 'unknown';
  if (Number.parseInt(version, 10) < MIN_VERSION) {
    return [fail('redis', `version ${version}. Use Redis ${MIN_VERSION} or newer, or Valkey.`)];
  }
  const findings = [ok('redis', `version ${version} answers`)];
  const [limit, policy] = [Number(field('maxmemory') ?? 0), field('maxmemory_policy')];
  if (limit > 0 && policy === 'noeviction') {
    const text = 'maxmemory-policy is noeviction: a full Redis refuses what the server stores. Set it to allkeys-lru.';
    findings.push(warn('redis memory', text));
  }
  return findings;
}
