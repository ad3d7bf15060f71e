import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { readNetwork } from './network.ts';

describe('readConfig', () => {
  it('readConfig has a default for every variable', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      isAuthOn: false,
      network: readNetwork({}, false),
      operatorKey: undefined,
      secretKeys: [],
      jwtIssuers: [],
      database: { kind: 'pglite', dataDir: '.holdfast' },
      redisUrl: undefined,
      samples: true,
      holdTtlMs: 1_800_000,
      minNoticeMs: 86_400_000,
      minNoticeGraceMs: 300_000,
      maxLiveHolds: null,
      slotLengthMs: 900_000,
      sweepEveryMs: 60_000,
      ordersMaxAgeMs: 3_600_000,
      ordersPageSize: 10,
      vehiclesMaxAgeMs: 60_000,
      suppliers: [],
      logLevel: 'info',
      workers: 1,
    });
  });

  it('the embedded database has one worker, and PostgreSQL any number', () => {
    const DATABASE_URL = 'postgres://127.0.0.1/holdfast';
    expect(() => readConfig({ WORKERS: '2' })).toThrow(/WORKERS=2 needs DATABASE_URL/);
    expect(readConfig({ WORKERS: 'auto' }).workers).toBe(1);
    expect(readConfig({ DATABASE_URL, WORKERS: '2' }).workers).toBe(2);
    expect(readConfig({ DATABASE_URL, WORKERS: 'auto' }).workers).toBeGreaterThan(0);
  });

  it('samples are off on PostgreSQL by default', () => {
    const DATABASE_URL = 'postgres://127.0.0.1/holdfast';
    expect(readConfig({ DATABASE_URL }).samples).toBe(false);
    expect(readConfig({ DATABASE_URL, HOLDFAST_SAMPLES: 'on' }).samples).toBe(true);
  });

  it('the password of the database never appears in printed configuration', () => {
    const config = readConfig({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1/holdfast' });
    expect(`${inspect(config, { depth: 9 })} ${JSON.stringify(config)}`).not.toContain('hunter2');
  });

  it('HOLDFAST_SECRET_KEY is a list of keys that are never printed', () => {
    const keys = ['n'.repeat(32), 'o'.repeat(40)];
    const config = readConfig({ HOLDFAST_SECRET_KEY: keys.join() });
    expect(config.secretKeys.map((key) => key.reveal())).toEqual(keys);
    expect(`${inspect(config, { depth: 9 })} ${JSON.stringify(config)}`).not.toMatch(/nnn|ooo/);
  });

  it('a refused HOLDFAST_SECRET_KEY is not repeated in the error', () => {
    expect(() => readConfig({ HOLDFAST_SECRET_KEY: 'too-short-a-key' })).not.toThrow('too-short');
  });

  it.each([
    'DATABASE_URL',
    'HOLDFAST_SECRET_KEY',
    'REDIS_URL',
    'HOLDFAST_DATA_DIR',
    'SUPPLIERS_FILE',
    'JWT_ISSUERS_FILE',
  ])('bytes of %s that are not UTF-8, which Node replaces by U+FFFD, are refused', (name) => {
    expect(() => readConfig({ [name]: 'postgres://m\ufffdller@127.0.0.1/holdfast' })).toThrow(`${name} is not UTF-8`);
  });

  describe('SUPPLIERS_FILE', () => {
    async function withFile<T>(content: string | Uint8Array, use: (file: string) => T): Promise<T> {
      await using directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-suppliers-'));
      const file = join(directory.path, 'suppliers.json');
      await writeFile(file, content);
      return use(file);
    }

    it('the suppliers of SUPPLIERS_FILE are read, and their keys never printed', async () => {
      const venue = { id: 'venue', adapter: 'snapshot', base_url: 'http://127.0.0.1:4101', api_key_env: 'VENUE_KEY' };
      const config = await withFile(JSON.stringify([{ ...venue, pull_limits: ['1/1h'] }]), (SUPPLIERS_FILE) =>
        readConfig({ SUPPLIERS_FILE, VENUE_KEY: 'hunter2' }),
      );
      expect(config.suppliers.map(({ id, apiKey }) => [id, apiKey?.reveal()])).toEqual([['venue', 'hunter2']]);
      expect(`${inspect(config, { depth: 9 })} ${JSON.stringify(config)}`).not.toContain('hunter2');
    });

    it('a malformed SUPPLIERS_FILE is refused in one line that names it', async () => {
      const expectRefusal = (content: string | Uint8Array) =>
        withFile(content, (SUPPLIERS_FILE) => {
          expect(() => readConfig({ SUPPLIERS_FILE })).toThrow(ConfigError);
          expect(() => readConfig({ SUPPLIERS_FILE })).toThrow(`SUPPLIERS_FILE=${SUPPLIERS_FILE}: `);
          expect(() => readConfig({ SUPPLIERS_FILE })).toThrow(/^.*$/);
        });
      await expectRefusal('[{]');
      await expectRefusal('[{"id": "venue"}]');
      await expectRefusal(Uint8Array.of(0x22, 0xff, 0x22));
    });

    it('a SUPPLIERS_FILE that cannot be read is refused', () => {
      const SUPPLIERS_FILE = '/nowhere/suppliers.json';
      expect(() => readConfig({ SUPPLIERS_FILE })).toThrow(`SUPPLIERS_FILE=${SUPPLIERS_FILE}: cannot be read: ENOENT`);
      expect(() => readConfig({ SUPPLIERS_FILE: tmpdir() })).toThrow(ConfigError);
    });
  });

  it.each([
    [{ PORT: '65536' }, 'PORT=65536 is not a whole number from 0 to 65535'],
    [{ PORT: '3e3' }, 'PORT=3e3 is not a whole number from 0 to 65535'],
    [{ HOLD_TTL: '30' }, 'HOLD_TTL=30 is not a duration from 1s to 7d, such as 30m'],
    [{ HOLD_TTL: '0s' }, 'HOLD_TTL=0s is not a duration from 1s to 7d, such as 30m'],
    [{ SLOT_LENGTH: '9h' }, 'SLOT_LENGTH=9h is not a duration from 5m to 8h, such as 15m'],
    [{ SLOT_LENGTH: '301s' }, 'SLOT_LENGTH=301s is not a whole number of minutes'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL=loud is not one of fatal, error, warn, info, debug, trace, silent'],
    [{ HOLDFAST_SAMPLES: 'yes' }, 'HOLDFAST_SAMPLES=yes is not one of on, off'],
    [{ DATABASE_URL: 'mysql://127.0.0.1/x' }, 'DATABASE_URL is not a PostgreSQL URL'],
    [{ REDIS_URL: 'http://127.0.0.1' }, 'REDIS_URL is not a Redis URL'],
    [{ HOST: '0.0.0.0' }, 'HOST=0.0.0.0 is not a loopback address'],
    [{ HOLDFAST_SECRET_KEY: 'short' }, 'HOLDFAST_SECRET_KEY must be a key of at least 32 printable ASCII characters'],
    [{ HOLDFAST_SECRET_KEY: `${'k'.repeat(32)},` }, 'HOLDFAST_SECRET_KEY must be a key of at least 32'],
    [{ HOLDFAST_SECRET_KEY: 'a key '.repeat(6) }, 'HOLDFAST_SECRET_KEY must be a key of at least 32'],
  ])('readConfig refuses %o in one line that names the variable', (env, message) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(message);
  });
});
