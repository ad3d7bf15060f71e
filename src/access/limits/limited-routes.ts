import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { OPEN } from '../principal.ts';
import type { RequestLimits } from './request-limits.ts';

/** Health checks, the page and the API reference: they cost little, and must answer when everything else is refused. */
const UNLIMITED_URLS = new Set(['/healthz', '/readyz', '/', '/assets/*', '/docs', '/docs/', '/docs/*']);

/** Whether requests to a URL pattern are limited; those to no route are. */
export function isLimitedUrl(url: string | undefined): boolean {
  return url === undefined || !UNLIMITED_URLS.has(url);
}

export function isLimited({ method, routeOptions }: FastifyRequest): boolean {
  return method !== 'OPTIONS' && isLimitedUrl(routeOptions.url);
}

/** The limits while access control is off: no request has credentials, and all come from the same principal. */
export function limitAddresses(app: HttpServer, limits: RequestLimits): void {
  if (!limits.areOn) return;
  app.addHook('onRequest', async (request, reply) => {
    if (!isLimited(request)) return;
    await limits.admitAddress(request, reply);
    await limits.admitPrincipal(OPEN, reply);
  });
}
