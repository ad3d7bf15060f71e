import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { FastPathGate } from '../platform/http/server/fast-path.ts';
import type { Authenticator, Credentials } from './authenticator.ts';
import { isLimited, limitAddresses } from './limits/limited-routes.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import { ANONYMOUS, OPEN, type Principal } from './principal.ts';
import type { Refusals } from './refusals.ts';
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

export interface GuardDeps {
  /** `undefined` lets everyone do everything. */
  readonly authenticator: Authenticator | undefined;
  readonly limits: RequestLimits;
  readonly refusals: Refusals;
}

/**
 * Lets a request reach its route only if its principal may use the route, and within its limits. Call it before any route
 * is added: each must have an entry in the route table.
 */
export function guardRoutes(app: HttpServer, { authenticator, limits, refusals }: GuardDeps): void {
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
  if (!authenticator) {
    limitAddresses(app, limits);
    return;
  }
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') {
      if (isLimited(request)) await limitOpenRoute(request, reply, authenticator, limits);
      return;
    }
    markPrivate(reply);
    const principal = await authenticator.authenticate(credentialsOf(request));
    if (principal === undefined) {
      await limits.admitAddress(request, reply);
      throw refusals.unauthenticated();
    }
    identify(request, principal);
    await limits.admitPrincipal(principal, reply);
    // Without this header, it was the cookie that authenticated the request.
    if (request.headers.authorization === undefined) requireSameOrigin(request);
    if (!mayUse(principal, access)) throw refusals.forbidden(request);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { access } = request.routeOptions.config;
    if (access !== undefined && access !== 'public') {
      const caching = reply.getHeader('cache-control');
      if (caching !== PRIVATE) reply.header('cache-control', `${PRIVATE}, ${caching}`);
    }
    done(null, payload);
  });
}

const PRIVATE = 'private';
/** The headers that the answer to a principal depends on. */
const VARY = 'Authorization, Cookie';

/** Marks the answer as one for the principal, from the start: a stream is sent without the hook that completes answers. */
function markPrivate(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  reply.header('cache-control', PRIVATE).header('vary', vary === undefined ? VARY : `${vary}, ${VARY}`);
}

/** The guard's decisions for the fast path, by keys and limits that are in memory; `undefined` if it has none. */
export function createFastPathGate({ authenticator, limits }: GuardDeps): FastPathGate<Principal> | undefined {
  // Without access control a limit is one of addresses, which the framework finds out.
  if (!authenticator) return limits.areOn ? { headers: [], admits: () => undefined, count: () => [] } : undefined;
  const { principalPolicy } = limits;
  const accessByUrl = new Map<string, RouteAccess>();
  const policy = principalPolicy === undefined ? [] : ['ratelimit-policy', principalPolicy];
  return {
    headers: ['vary', VARY, ...policy],
    admits(authorization, url) {
      const access = accessByUrl.get(url) ?? accessOf('GET', url);
      accessByUrl.set(url, access);
      const principal = authenticator.fromMemory(authorization);
      if (principal === undefined || access === 'public' || !mayUse(principal, access)) return undefined;
      return limits.canAdmit(principal) ? principal : undefined;
    },
    count(principal) {
      const state = limits.countAdmitted(principal);
      return state === undefined ? [] : ['ratelimit', state];
    },
  };
}

/**
 * Limits a request to a route that needs no credentials. If it has valid ones, its address does not matter; while the
 * database cannot say whether they are, they count as missing.
 */
async function limitOpenRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticator: Authenticator,
  limits: RequestLimits,
): Promise<void> {
  const principal = await authenticator.authenticate(credentialsOf(request)).catch(() => undefined);
  if (principal === undefined) await limits.admitAddress(request, reply);
  else await limits.admitPrincipal(principal, reply);
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
