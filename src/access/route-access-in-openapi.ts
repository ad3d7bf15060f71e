import type { RouteOptions } from 'fastify';
import type { FailureType } from '../platform/errors.ts';
import type { SecurityScheme } from '../platform/http/server/create-server.ts';
import { Forbidden, RateLimited, tokenKeysUnavailable, Unauthenticated } from './access-failures.ts';
import { isLimitedUrl } from './limits/limited-routes.ts';
import { ROLES, type Role } from './principal.ts';
import type { Reach, RouteAccess } from './route-table.ts';

/** The ways to authenticate, as OpenAPI names them. */
export const SECURITY_SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A key (`hf_…`) or a JSON Web Token of an issuer in `JWT_ISSUERS_FILE`. Not needed with `AUTH=off`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'hf_session',
    description: 'The session of the page. A change also needs to come from the same origin.',
  },
};

/** Adds to the documentation of a route who may use it, and how it refuses others. */
export function describeAccess(route: RouteOptions, access: RouteAccess): void {
  const { schema } = route;
  if (!schema || schema.hide) return;
  if (isLimitedUrl(route.url)) addProblems(route, RateLimited);
  const described = schema as typeof schema & { description?: string; security?: object[] };
  if (access === 'public') {
    described.security = [];
    return;
  }
  described.security = Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [] }));
  described.description = `${described.description ?? ''}\n\n${rolesNote(access)}`.trimStart();
  addProblems(route, Unauthenticated, Forbidden, tokenKeysUnavailable);
}

function addProblems(route: RouteOptions, ...problems: readonly FailureType[]): void {
  route.config = { ...route.config, problems: [...(route.config?.problems ?? []), ...problems] };
}

/** `Roles: operator, service; client for its own.` */
function rolesNote(access: Exclude<RouteAccess, 'public'>): string {
  const own = rolesOf(access, 'own');
  const all = rolesOf(access, 'all').join(', ');
  const forOwn = own.length === 0 ? '' : `; ${own.join(' and ')} for ${own.length === 1 ? 'its' : 'their'} own`;
  return `Roles: ${all}${forOwn}.`;
}

function rolesOf(access: Exclude<RouteAccess, 'public'>, reach: Reach): Role[] {
  return ROLES.filter((role) => access[role] === reach);
}
