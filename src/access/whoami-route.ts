import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { component, nullable } from '../platform/http/openapi.ts';
import { toSeconds } from '../platform/time/instant.ts';
import { Unauthenticated } from './access-failures.ts';
import { EndTime, KeyId, RoleField, Subject } from './access-schemas.ts';

const Whoami = component(
  'Whoami',
  Type.Object(
    { role: RoleField, subject: Subject, key_id: nullable(KeyId), expires_at: EndTime },
    { description: 'The principal of a request.' },
  ),
);

/** Adds the route that shows a caller whom its credentials stand for. */
export function addWhoamiRoute(app: HttpServer): void {
  app.get(
    '/api/v1/whoami',
    {
      schema: {
        operationId: 'getWhoami',
        tags: ['Access'],
        summary: 'Show whom the credentials stand for',
        description: 'Returns the role and the subject of the request. With `AUTH=off` every request is an operator.',
        response: { 200: Whoami },
      },
    },
    async ({ principal: { role, subject, keyId, expiresAt } }) => {
      if (role === 'anonymous') throw new Unauthenticated();
      return { role, subject, key_id: keyId, expires_at: expiresAt === null ? null : toSeconds(expiresAt) };
    },
  );
}
