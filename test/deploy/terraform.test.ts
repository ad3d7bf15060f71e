import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ROUTE_TABLE } from '../../src/access/route-table.ts';
import { unknownSettings } from './known-settings.ts';

// Its types would add those of browsers to every file.
const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse(file: string, text: string): Promise<Record<string, unknown>>;
};

const TERRAFORM = new URL('../../deploy/terraform/', import.meta.url);
const MODULE = 'modules/holdfast/';
const ENVIRONMENTS = ['staging', 'production'].map((name) => `environments/${name}/`);

/** The files of a directory: their text together, and the blocks by type and names. */
async function readDirectory(directory: string) {
  const url = new URL(directory, TERRAFORM);
  const files = (await readdir(url)).filter((name) => name.endsWith('.tf'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, url), 'utf8')));
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const [index, text] of texts.entries()) {
    const parsed = (await parse(files[index] ?? '', text)) as Record<string, Record<string, unknown>>;
    for (const [type, each] of Object.entries(parsed)) {
      if (Array.isArray(each)) continue;
      for (const [name, block] of Object.entries(each)) {
        const before = blocks[type]?.[name] as object | undefined;
        // Variables and modules are lists. Resources are kept by type, and a type is in several files.
        blocks[type] = { ...blocks[type], [name]: Array.isArray(block) ? block : { ...before, ...(block as object) } };
      }
    }
  }
  return { text: texts.join('\n'), blocks };
}

type Directory = Awaited<ReturnType<typeof readDirectory>>;

/** References in the text to what no block of the directory declares, such as `aws_vpc.other`. */
function undeclared({ text, blocks }: Directory): string[] {
  const code = text.replaceAll(/^\s*#.*$/gm, '');
  const names = (type: string, of = '') => Object.keys((of ? blocks[type]?.[of] : blocks[type]) ?? {});
  const locals = [...code.matchAll(/^locals \{\n([\s\S]*?)^\}/gm)].flatMap(([, body = '']) =>
    [...body.matchAll(/^ {2}(\w+) +=/gm)].map(([, name]) => name),
  );
  const missing: string[] = [];
  const check = (pattern: RegExp, isDeclared: (first: string, second: string) => boolean) => {
    for (const [all, first = '', second = ''] of code.matchAll(pattern))
      if (!isDeclared(first, second)) missing.push(all);
  };
  check(/\bvar\.(\w+)/g, (name) => names('variable').includes(name));
  check(/\blocal\.(\w+)/g, (name) => locals.includes(name));
  check(/\bmodule\.(\w+)/g, (name) => names('module').includes(name));
  check(/(?<!data\.)\b(aws_\w+)\.(\w+)/g, (type, name) => names('resource', type).includes(name));
  check(/\bdata\.(aws_\w+)\.(\w+)/g, (type, name) => names('data', type).includes(name));
  check(/\bephemeral\.(\w+)\.(\w+)/g, (type, name) => names('ephemeral', type).includes(name));
  return missing;
}

describe('deploy/terraform', async () => {
  const module = await readDirectory(MODULE);
  const environments = await Promise.all(ENVIRONMENTS.map(readDirectory));

  it('every reference has a declaration, and one without is found', () => {
    for (const each of [module, ...environments]) expect(undeclared(each)).toEqual([]);
    const text = `${module.text}\nx = [var.no, local.no, aws_vpc.no.id, data.aws_region.no, ephemeral.random_password.no]`;
    expect(undeclared({ ...module, text })).toEqual([
      'var.no',
      'local.no',
      'aws_vpc.no',
      'data.aws_region.no',
      'ephemeral.random_password.no',
    ]);
  });

  it('a file that is no HCL is refused', async () => {
    await expect(parse('x.tf', 'resource "a" {')).rejects.toThrow();
  });

  it('every environment sets the variables of the module that have no default, and no other', () => {
    const variables = Object.entries(module.blocks.variable ?? {}) as [string, [{ default?: unknown }]][];
    const required = variables.filter(([, [{ default: value }]]) => value === undefined).map(([name]) => name);
    for (const { blocks } of environments) {
      const [{ source, ...set }] = (blocks.module?.holdfast ?? [{}]) as [Record<string, unknown>];
      expect(source).toBe('../../modules/holdfast');
      expect(Object.keys(set)).toEqual(expect.arrayContaining(required));
      expect(Object.keys(set).filter((name) => !(name in (module.blocks.variable ?? {})))).toEqual([]);
    }
  });

  it('every variable of the instances is one that a server reads, and the secrets are those that are written', async () => {
    const environment = /environment = \{\n([\s\S]*?)\n {2}\}/.exec(module.text)?.[1] ?? '';
    const plain = [...environment.matchAll(/^ +([A-Z_]+) +=/gm)].map(([, name = '']) => name);
    const secrets = JSON.parse(/secrets = (\["[^\]]*\])/.exec(module.text)?.[1] ?? '[]') as string[];
    expect(plain).toEqual(['REDIS_URL', 'TRUST_PROXY', 'DRAIN']);
    expect(await unknownSettings([...plain, ...secrets])).toEqual([]);
    const written = /secret_string_wo = jsonencode\(\{\n([\s\S]*?)\n {2}\}\)/.exec(module.text)?.[1] ?? '';
    expect([...written.matchAll(/^ {4}([A-Z_]+) +=/gm)].map(([, name]) => name)).toEqual(secrets);
  });

  it('no password reaches the state: none is an output, and each is ephemeral', () => {
    expect(module.text).not.toMatch(/resource "random_password"|\bpassword +=|\bsecret_string +=/);
    for (const { text } of environments) expect(text).toMatch(/backend "s3"[\s\S]*encrypt +=\s*true/);
  });

  it('each environment refuses credentials of another account', () => {
    for (const { text } of environments) expect(text).toContain('allowed_account_ids = [var.account_id]');
  });

  it('the paths and times of the instances are those of the server and its image', async () => {
    const path = /health_check \{\n +path += "(.*?)"/.exec(module.text)?.[1];
    expect(ROUTE_TABLE[`GET ${path}`]).toBe('public');
    const dockerfile = await readFile(new URL('../Dockerfile', TERRAFORM), 'utf8');
    expect(dockerfile).toContain('CMD ["/usr/bin/node", "/holdfast/check-health.js"]');
    expect(dockerfile).toMatch(/PORT=3000 /);
    const drainS = Number(/DRAIN += "(\d+)s"/.exec(module.text)?.[1]);
    expect(Number(/stopTimeout += (\d+)/.exec(module.text)?.[1])).toBeGreaterThanOrEqual(drainS + 10);
  });
});
