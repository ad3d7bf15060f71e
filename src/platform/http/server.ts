import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import type { Logger } from '../logger.ts';
import type { HttpServer } from './http-server.ts';
import { refuseOtherMethods } from './method-not-allowed.ts';
import { AS_INTEGER, SAYS, toInteger } from './parameters.ts';
import { handleError, PROBLEM_TYPE, ProblemSchema, plainProblem, sendProblem } from './problem.ts';

/** Fastify's own defaults for most of these are "no limit". */
const LIMITS = {
  bodyBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  idleConnectionMs: 60_000,
  keepAliveMs: 65_000,
} as const;

interface ServerDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** A server with limits, problem+json errors, OpenAPI and security headers; it has no routes of ours and never listens. */
export async function createServer(logger: Logger, about: ServerDescription): Promise<HttpServer> {
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A pino child per request costs more than most requests do; whoever logs names the request.
    childLoggerFactory: (parent) => parent,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: LIMITS.idleConnectionMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    http: { maxHeaderSize: LIMITS.headerBytes, headersTimeout: LIMITS.headersMs },
    ajv: { customOptions: AJV },
    frameworkErrors: (error, request, reply) => handleError(error, request, reply),
    clientErrorHandler: refuseBrokenRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.addSchema(ProblemSchema);
  app.decorateRequest('principal', 'local');
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      plainProblem(404, `There is nothing at ${request.method} ${request.url.split('?')[0]}`, request.id),
    ),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    // All that means anything for JSON; pages have the rest.
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  acceptEmptyJson(app);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { ...about, license: { name: 'MIT' } } },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `schema-${index}`) },
    transform: ({ schema, url }) => ({ schema: toInteger(schema), url }),
  });
  await app.register(async (pages) => {
    await pages.register(helmet, { contentSecurityPolicy: { directives: CONTENT_SECURITY } });
    await pages.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, logo: null as never });
  });
  refuseOtherMethods(app);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** Nothing is coerced, filled in or removed: what is validated is what was sent. */
const AJV = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: true,
  // Gives a refusal the schema it refused by.
  verbose: true,
  keywords: [AS_INTEGER, SAYS],
};

const CONTENT_SECURITY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

/** A PUT or POST with no body may still carry a JSON content type, as many clients set it always. */
function acceptEmptyJson(app: HttpServer): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}

/** What never became a request: broken HTTP, headers too large or too slow. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, line, detail] = brokenRequest(error.code);
  const requestId = randomUUID();
  const body = JSON.stringify(plainProblem(status, detail, requestId));
  const headers = [
    `HTTP/1.1 ${line}`,
    `X-Request-Id: ${requestId}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}

function brokenRequest(code: string | undefined): [number, string, string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, '408 Request Timeout', 'The request was sent too slowly'];
  if (code === 'HPE_HEADER_OVERFLOW') {
    return [431, '431 Request Header Fields Too Large', `Headers may be ${LIMITS.headerBytes} bytes at most`];
  }
  return [400, '400 Bad Request', 'This is not an HTTP request'];
}
