import ajvCompiler from '@fastify/ajv-compiler';
import serializerCompiler from '@fastify/fast-json-stringify-compiler';
import type { FastifySchema } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createServer } from '../src/platform/http/server/create-server.ts';
import type { SchemaCompilers } from '../src/platform/http/server/schema-compilers.ts';
import { createLogger } from '../src/platform/logger.ts';
import { eitherKind, openTestDatabase } from './support/database/test-database.ts';
import { openTestApp } from './support/server/test-app.ts';

/** The compilers of the server, which compile at its first request, at the start instead. They count what they compile. */
function compileAtStart() {
  const compiled = { validators: 0, serializers: 0 };
  const compilers: SchemaCompilers = {
    buildValidator: counting(ajvCompiler(), () => (compiled.validators += 1)),
    buildSerializer: counting(serializerCompiler(), () => (compiled.serializers += 1)),
  };
  return { compiled, compilers };
}

function counting<Settings extends unknown[], Route, Compiled>(
  build: (...settings: Settings) => (route: Route) => Compiled,
  count: () => void,
): (...settings: Settings) => (route: Route) => Compiled {
  return (...settings) => {
    const compile = build(...settings);
    return (route) => {
      count();
      return compile(route);
    };
  };
}

describe('the schemas of routes', () => {
  it('the schemas of every route compile', async () => {
    await using opened = await openTestDatabase(eitherKind());
    const { compiled, compilers } = compileAtStart();
    const app = await openTestApp(opened.database, { AUTH: 'on' }, { schemaCompilers: compilers });
    try {
      await app.ready();
      const operations = Object.values(app.swagger().paths ?? {}).flatMap((path) => Object.values(path));
      expect(operations.length).toBeGreaterThan(50);
      // Each operation declares at least one answer.
      expect(compiled.serializers).toBeGreaterThanOrEqual(operations.length);
      expect(compiled.validators).toBeGreaterThan(operations.length / 2);
    } finally {
      await app.close();
    }
  });

  it.each<[string, FastifySchema]>([
    ['a request', { body: { type: 'no-such-type' } }],
    ['an answer', { response: { 200: { $ref: 'no-such-schema#' } } }],
  ])(
    'control: a broken schema of %s is found at the start, and without these compilers is not',
    async (_what, schema) => {
      const start = async (compilers?: SchemaCompilers) => {
        const description = { title: 'Test', version: '1', description: '', tags: [] };
        await using app = await createServer(createLogger('silent'), description, {}, compilers);
        app.post('/broken', { schema: { hide: true, ...schema } }, async () => ({}));
        await app.ready();
      };
      await expect(start(compileAtStart().compilers)).rejects.toThrow(/Failed building the .* schema/);
      await expect(start()).resolves.toBeUndefined();
    },
  );
});
