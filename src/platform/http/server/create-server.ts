import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, type FastifyRequest, fastify, LogController } from 'fastify';
import { addressesIn } from '../../address-ranges.ts';
import type { Logger } from '../../logger.ts';
import { shownPath } from '../../shown-text.ts';
import type { HttpServer } from '../http-server.ts';
import { COMPONENT, describeOperation, hoistComponents } from '../openapi.ts';
import { AS_INTEGER, ERROR_MESSAGE } from '../parameters.ts';
import { handleError, plainProblem, sendProblem } from '../problem.ts';
import { ProblemSchema } from '../problem-schema.ts';
import { refuseBrokenRequest, refuseInvalidHeaders } from './broken-request.ts';
import { allowOrigins } from './cross-origin.ts';
import { encodeAnswers } from './encode-answers.ts';
import { readJsonBodies } from './json-body.ts';
import { refuseOtherMethods } from './method-not-allowed.ts';
import { parseQuery, refuseUnknownParameters } from './query-string.ts';
import { createRequestIds } from './request-ids.ts';
import { lazySchemaCompilers, type SchemaCompilers } from './schema-compilers.ts';
import { DATA_HEADERS, HSTS } from './security-headers.ts';
import { isOverTls } from './trusted-proxies.ts';

/** Limits on requests and connections. Fastify's defaults for most of them are "no limit". */
const LIMITS = {
  bodyBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  /** Interval between checks for slow requests. Node's default would add half a minute to both limits above. */
  slowRequestsEveryMs: 1_000,
  idleConnectionMs: 60_000,
  keepAliveMs: 65_000,
} as const;

/** A way to authenticate, as OpenAPI describes it. */
export type SecurityScheme = { readonly description: string } & (
  | { readonly type: 'http'; readonly scheme: string }
  | { readonly type: 'apiKey'; readonly in: 'cookie'; readonly name: string }
);

/** The description of the whole server in OpenAPI. */
interface ServerDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** The groups of operations, in the order of the document. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  /** How requests authenticate, by name. */
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
}

/** The proxies and the origins through which requests may come. */
interface Reach {
  /** The addresses and ranges of proxies whose `X-Forwarded-*` headers are believed; none by default. */
  readonly trustProxy?: readonly string[] | undefined;
  /** The origins whose pages may read answers; none by default. */
  readonly corsOrigins?: readonly string[] | '*' | undefined;
}

/**
 * Creates a server with limits, problem+json errors, OpenAPI and security headers, and without routes. It does not
 * listen.
 */
export async function createServer(
  logger: Logger,
  { tags, securitySchemes = {}, ...about }: ServerDescription,
  { trustProxy, corsOrigins }: Reach = {},
  schemaCompilers: SchemaCompilers = lazySchemaCompilers(),
): Promise<HttpServer> {
  const trusts = trustProxy && addressesIn(trustProxy);
  /** The headers of every answer. Requests that the framework refuses know nothing of trusted proxies. */
  const headersOfAll = ({ id, raw }: FastifyRequest) => ({
    ...DATA_HEADERS,
    'x-request-id': id,
    ...(isOverTls(raw, trusts) ? HSTS : {}),
  });
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A pino child per request costs more than most requests. Log calls name the request instead.
    childLoggerFactory: (parent) => parent,
    genReqId: createRequestIds(),
    requestIdHeader: false,
    trustProxy: trusts ?? false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: LIMITS.idleConnectionMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    forceCloseConnections: 'idle',
    // Requests that arrive while the server stops are served: `endConnections` ends their connections.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, querystringParser: parseQuery },
    http: {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersMs,
      connectionsCheckingInterval: LIMITS.slowRequestsEveryMs,
      requireHostHeader: false,
    },
    ajv: { customOptions: AJV },
    schemaController: { compilersFactory: schemaCompilers },
    // Hooks do not run for these errors, so the headers are set here.
    frameworkErrors: (error, request, reply) => handleError(error, request, reply.headers(headersOfAll(request))),
    clientErrorHandler: refuseBrokenRequest(LIMITS.headerBytes),
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.addSchema(ProblemSchema);
  app.decorateRequest('idempotencyScope', 'local');
  app.decorateRequest('bodyText', '');
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      plainProblem(404, `There is nothing at ${request.method} ${shownPath(request.url)}`, request.id),
    ),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersOfAll(request));
    done();
  });
  if (corsOrigins) allowOrigins(app, corsOrigins);
  refuseInvalidHeaders(app);
  refuseUnknownParameters(app);
  readJsonBodies(app, LIMITS.bodyBytes);
  encodeAnswers(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...about, license: { name: 'MIT', identifier: 'MIT' } as { name: string } },
      servers: [{ url: '/', description: 'The server that sent this document.' }],
      security: [],
      tags: [...tags],
      components: { securitySchemes },
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `schema-${index}`) },
    transform: describeOperation,
    transformObject: (document) =>
      'openapiObject' in document ? hoistComponents(document.openapiObject) : document.swaggerObject,
  });
  refuseOtherMethods(app);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** Options of the validator. It coerces, adds and removes nothing, so that a handler sees exactly what was sent. */
const AJV = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: true,
  // Adds the violated schema to each error.
  verbose: true,
  keywords: [AS_INTEGER, COMPONENT, ERROR_MESSAGE],
};
