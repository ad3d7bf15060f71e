import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { unknownSettings } from './known-settings.ts';

const FILE = new URL('../../deploy/compose.yaml', import.meta.url);
const SCHEMA = createRequire(createRequire(import.meta.url).resolve('dclint/package.json')).resolve(
  './schemas/compose.schema.json',
);

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: object;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly image: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = await readFile(FILE, 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const own = services.filter(([, { image }]) => image === 'holdfast');
const { $schema: _, ...schema } = JSON.parse(await readFile(SCHEMA, 'utf8')) as { $schema: string };
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

describe('deploy/compose.yaml', () => {
  it('the file keeps to the schema of Compose, and one with an unknown key does not', () => {
    expect([validate(compose), validate.errors]).toEqual([true, null]);
    expect(validate({ ...compose, services: { redis: { image: 'redis', restarts: 'always' } } })).toBe(false);
  });

  it('every service restarts, and every one that serves has a health check', () => {
    expect(services.filter(([, { restart }]) => restart === undefined)).toEqual([]);
    const without = services.filter(([, { healthcheck }]) => healthcheck === undefined).map(([name]) => name);
    // Theirs is in the image.
    expect(without).toEqual(['holdfast-1', 'holdfast-2', 'holdfast-3']);
  });

  it('every service that is waited for exists', () => {
    const named = services.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    expect(named.filter((name) => compose.services[name] === undefined)).toEqual([]);
  });

  it('every variable of an instance is one that a server reads', async () => {
    const names = own.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names).toContain('DATABASE_URL');
    expect(await unknownSettings(names)).toEqual([]);
    expect(await unknownSettings(['DATABASE_URI'])).toEqual(['DATABASE_URI']);
  });

  it('every secret comes from outside', () => {
    const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = values.filter(([name]) => /PASSWORD|KEY|DATABASE_URL/.test(name));
    expect(secrets.length).toBeGreaterThan(4);
    expect(secrets.filter(([, value]) => !value.includes(':?'))).toEqual([]);
  });

  it('every mounted file and volume exists', async () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((each) => each.split(':')[0] ?? ''));
    const files = mounts.filter((each) => each.startsWith('.'));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) await expect(access(new URL(file, FILE))).resolves.toBeUndefined();
    expect(mounts.filter((each) => !each.startsWith('.') && !(each in compose.volumes))).toEqual([]);
  });

  it('HAProxy and Prometheus name the instances that there are', async () => {
    const haproxy = await readFile(new URL('haproxy/haproxy.cfg', FILE), 'utf8');
    const targets = own.filter(([name]) => name !== 'migrate').map(([name]) => `${name}:3000`);
    expect(targets.filter((target) => !haproxy.includes(target))).toEqual([]);
    expect(targets.filter((target) => !text.includes(`"${target}"`))).toEqual([]);
  });
});
