import type { HTTPMethods } from 'fastify';
import type { HttpServer } from '../http-server.ts';
import { plainProblem, sendProblem } from '../problem.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/**
 * Answers another method of a known path with 405 and `Allow`, and OPTIONS with 204 and `Allow`; Fastify answers both
 * with 404. Call this before any route is added, and `app.closeRoutes` after the last one.
 */
export function refuseOtherMethods(app: HttpServer): void {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const methods = methodsByUrl.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method);
    methodsByUrl.set(route.url, methods);
  });
  app.decorate('closeRoutes', () => {
    for (const [url, methods] of [...methodsByUrl]) {
      if (url !== '*') addRefusal(app, url, methods);
    }
  });
}

function addRefusal(app: HttpServer, url: string, methods: ReadonlySet<string>): void {
  const allow = [...methods, 'OPTIONS'].sort().join(', ');
  app.route({
    method: METHODS.filter((method) => !methods.has(method)),
    url,
    config: { refusesMethod: true },
    schema: { hide: true },
    // Answered before the body is read, because the body does not matter.
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      if (request.method === 'OPTIONS') return reply.code(204).send();
      const detail = `${request.method} is not allowed here. The allowed methods are ${allow}.`;
      return sendProblem(reply, plainProblem(405, detail, request.id));
    },
    handler: () => undefined,
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route only refuses methods that its path does not have. */
    refusesMethod?: boolean;
  }
  interface FastifyInstance {
    /** Ends the registration of routes, so that the other methods of each path can be refused. */
    closeRoutes(): void;
  }
}
