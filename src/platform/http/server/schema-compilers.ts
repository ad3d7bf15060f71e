import { createRequire } from 'node:module';
import type { FastifyServerOptions } from 'fastify';

const require = createRequire(import.meta.url);

/** Fastify's factories of a validator and a serializer for each schema of a route. */
export type SchemaCompilers = Required<
  NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>
>;
type Validate = ((data: unknown) => unknown) & { errors?: unknown };
type BuildValidator = (schemas: unknown, options: unknown) => (route: unknown) => Validate;
type BuildSerializer = (schemas: unknown, options: unknown) => (route: unknown) => (data: unknown) => string;

/**
 * Fastify's compilers of schemas, made lazy: a schema is compiled when the first request needs it. To load the compilers
 * and to compile all schemas takes a tenth of the processor time of a start.
 */
export function lazySchemaCompilers(): SchemaCompilers {
  const validators = once(() => (require('@fastify/ajv-compiler') as () => BuildValidator)());
  const serializers = once(() => (require('@fastify/fast-json-stringify-compiler') as () => BuildSerializer)());
  const buildValidator: BuildValidator = (schemas, options) => (route) => {
    const compiled = once(() => validators()(schemas, options)(route));
    const validate: Validate = (data) => {
      const isValid = compiled()(data);
      validate.errors = compiled().errors;
      return isValid;
    };
    return validate;
  };
  const buildSerializer: BuildSerializer = (schemas, options) => (route) => {
    const compiled = once(() => serializers()(schemas, options)(route));
    return (data) => compiled()(data);
  };
  // Fastify's types name everything that Ajv's functions have; it uses only this.
  return { buildValidator, buildSerializer } as unknown as SchemaCompilers;
}

/** Loads the compilers without compiling anything, so that the first request waits less. */
export async function loadSchemaCompilers(): Promise<void> {
  await import('@fastify/ajv-compiler');
  await import('@fastify/fast-json-stringify-compiler');
}

function once<T extends object>(create: () => T): () => T {
  let created: T | undefined;
  return () => {
    created ??= create();
    return created;
  };
}
