import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** Sent to requests that came over TLS, to this server or to a proxy that it trusts. */
export const HSTS = { 'strict-transport-security': 'max-age=31536000' } as const;

const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

/**
 * Security headers of every answer that is data: a browser that is sent to it renders nothing of it, and embeds nothing
 * of it in a page. Helmet's other headers are about pages, and sending them takes as long as finding an answer in
 * memory.
 */
export const DATA_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/**
 * Helmet's headers for a page, by lower-case name. They never change, so helmet is called once: as a hook it writes its
 * directives again at each request, which took longer than everything else in an answer from memory.
 */
function readPageHeaders(directives: typeof CONTENT_SECURITY_POLICY): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader() {},
  };
  const writeHeaders = helmet({ contentSecurityPolicy: { directives }, strictTransportSecurity: false });
  writeHeaders({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}

interface PagePolicy {
  /** Allows styles in the markup; scripts never are. */
  readonly inlineStyles?: boolean;
}

/** Sends the security headers of a page with every answer of a scope. */
export function sendPageHeaders(scope: FastifyInstance, { inlineStyles = false }: PagePolicy = {}): void {
  const styleSrc = [...CONTENT_SECURITY_POLICY.styleSrc, ...(inlineStyles ? ["'unsafe-inline'"] : [])];
  const headers = readPageHeaders({ ...CONTENT_SECURITY_POLICY, styleSrc });
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}
