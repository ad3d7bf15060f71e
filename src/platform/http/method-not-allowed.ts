import type { HTTPMethods } from 'fastify';
import type { HttpServer } from './http-server.ts';
import { plainProblem, sendProblem } from './problem.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/**
 * Answers 405 with `Allow` for a known path and another method, and OPTIONS with `Allow`. Fastify itself would
 * say 404. To be called before any route is added, and `closeRoutes` after the last one.
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
      if (url === '*') continue;
      const allow = [...methods, 'OPTIONS'].sort().join(', ');
      const others = METHODS.filter((method) => !methods.has(method));
      app.route({
        method: others,
        url,
        schema: { hide: true },
        // Before the body is read: it does not matter what was sent.
        onRequest: async (request, reply) => {
          reply.header('allow', allow);
          if (request.method === 'OPTIONS') return reply.code(204).send();
          const detail = `${request.method} is not possible here; ${allow} are`;
          return sendProblem(reply, plainProblem(405, detail, request.id));
        },
        handler: () => undefined,
      });
    }
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    closeRoutes(): void;
  }
}
