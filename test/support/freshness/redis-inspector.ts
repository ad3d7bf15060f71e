import { createClient } from 'redis';

/** Reads and changes the keys of an installation, from outside the stores under test. */
export interface RedisInspector extends AsyncDisposable {
  /** Deletes every key of an installation. */
  flush(installation: string): Promise<void>;
  /** Copies every key of an installation, to be restored later. */
  snapshot(installation: string): Promise<RedisSnapshot>;
  restore(installation: string, snapshot: RedisSnapshot): Promise<void>;
  /** The entries that an instance would find now, by view and key; `null` means that nothing has the key. */
  entries(installation: string): Promise<Map<string, string | null>>;
}

type RedisSnapshot = readonly (readonly [key: string, dump: string])[];

const FLUSH = `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end`;
const SNAPSHOT = `
local all = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do all[#all + 1] = {key, redis.call('DUMP', key)} end
return all`;
const ENTRIES = `
local found = {}
local namespace = redis.call('GET', ARGV[2])
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local entry = redis.call('HMGET', key, 'namespace', 'text')
  if entry[1] == namespace then found[#found + 1] = {key, entry[2]} end
end
return found`;

export async function inspectRedis(url: string): Promise<RedisInspector> {
  // DUMP returns bytes.
  const client = createClient({ url, commandOptions: { typeMapping: { 36: Buffer } } });
  client.on('error', () => {});
  await client.connect();
  const prefixOf = (installation: string) => `holdfast:${installation}`;
  const run = async (script: string, ...args: string[]) =>
    ((await client.eval(script, { arguments: args })) ?? []) as unknown as [Buffer, Buffer][];
  return {
    async flush(installation) {
      await run(FLUSH, `${prefixOf(installation)}:*`);
    },
    async snapshot(installation) {
      const all = await run(SNAPSHOT, `${prefixOf(installation)}:*`);
      return all.map(([key, dump]) => [key.toString(), dump.toString('base64')] as const);
    },
    async restore(installation, snapshot) {
      await run(FLUSH, `${prefixOf(installation)}:*`);
      for (const [key, dump] of snapshot) {
        await client.sendCommand(['RESTORE', key, '0', Buffer.from(dump, 'base64'), 'REPLACE']);
      }
    },
    async entries(installation) {
      const prefix = prefixOf(installation);
      const found = await run(ENTRIES, `${prefix}:*:entry`, `${prefix}:namespace`);
      return new Map(
        found.map(([key, text]) => {
          const name = key.toString().slice(prefix.length + 1, -':entry'.length);
          return [name, text.toString() === '\u0000' ? null : text.toString()];
        }),
      );
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

/** Deletes every key of a Redis that belongs to one test. */
export async function flushOnce(url: string): Promise<void> {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  await client.flushAll();
  client.destroy();
}
