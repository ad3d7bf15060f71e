import type { FastifyRequest, RouteOptions } from 'fastify';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { FastPathGate } from '../platform/http/server/fast-path.ts';
import { Forbidden, Unauthenticated } from './access-failures.ts';
import type { Authenticator, Credentials } from './authenticator.ts';
import { ANONYMOUS, OPEN, type Principal } from './principal.ts';
import { describeAccess } from './route-access-in-openapi.ts';
import { accessOf, type RouteAccess } from './route-table.ts';
import { requireSameOrigin } from './sessions/same-origin.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The principals that may use the route, from the route table. Routes that only refuse other methods have none. */
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** The sender of the request. */
    principal: Principal;
    /** Whether the credentials are valid now too, for an answer that goes on. Never rejects. */
    isStillAllowed(): Promise<boolean>;
  }
}

/**
 * Lets a request reach its route only if its principal may use the route. Call it before any route is added: each must
 * have an entry in the route table.
 *
 * @param authenticator `undefined` lets everyone do everything
 */
export function guardRoutes(app: HttpServer, authenticator: Authenticator | undefined): void {
  const initial = authenticator ? ANONYMOUS : OPEN;
  app.decorateRequest('principal');
  app.addHook('onRequest', (request, _reply, done) => {
    request.principal = initial;
    done();
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.refusesMethod) return;
    const access = accessOf(methodOf(route), route.url);
    route.config = { ...route.config, access };
    describeAccess(route, access);
  });
  app.decorateRequest('isStillAllowed', async function isStillAllowed(this: FastifyRequest) {
    if (!authenticator) return true;
    const principal = await authenticator.authenticate(credentialsOf(this)).catch(() => undefined);
    return principal?.scope === this.principal.scope;
  });
  if (!authenticator) return;
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const principal = await authenticator.authenticate(credentialsOf(request));
    if (principal === undefined) throw new Unauthenticated();
    identify(request, principal);
    // Without this header, it was the cookie that authenticated the request.
    if (request.headers.authorization === undefined) requireSameOrigin(request);
    if (!mayUse(principal, access)) throw new Forbidden(`The role ${principal.role} may not use this`);
  });
  app.addHook('onSend', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const caching = reply.getHeader('cache-control');
    reply.header('cache-control', caching === undefined ? 'private' : `private, ${caching}`);
    const vary = reply.getHeader('vary');
    reply.header('vary', [vary ?? [], VARY].flat().join(', '));
  });
}

/** The headers that the answer to a principal depends on. */
const VARY = 'authorization, cookie';

/** The guard's decision for the fast path, by keys that are in memory. */
export function createFastPathGate(authenticator: Authenticator): FastPathGate {
  return {
    vary: VARY,
    admits(authorization, url) {
      const access = accessOf('GET', url);
      const principal = authenticator.fromMemory(authorization);
      return principal !== undefined && access !== 'public' && mayUse(principal, access);
    },
  };
}

function credentialsOf({ headers: { authorization, cookie } }: FastifyRequest): Credentials {
  return { authorization, cookie };
}

function identify(request: FastifyRequest, principal: Principal): void {
  request.principal = principal;
  request.idempotencyScope = principal.scope;
}

function mayUse({ role }: Principal, access: Exclude<RouteAccess, 'public'>): boolean {
  return role !== 'anonymous' && access[role] !== undefined;
}

function methodOf({ method }: RouteOptions): string {
  const [first = 'GET'] = [method].flat();
  return first;
}
