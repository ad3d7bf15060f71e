import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Database } from '../../platform/db/database.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { Forbidden, Unauthenticated } from '../access-failures.ts';
import { shownAddress } from '../limits/client-address.ts';
import { refuseOtherOrigins } from './same-origin.ts';
import { noSessionCookie, readSessionId, sessionCookie } from './session.ts';
import { SessionBody } from './session-schemas.ts';
import { deleteSession } from './session-store.ts';
import { signIn } from './sign-in.ts';

export interface SessionSettings {
  /** The bootstrap operator key. */
  readonly operatorKey: string | undefined;
  /** Whether only programs on this machine can connect. */
  readonly listensOnLoopback: boolean;
}

/** Routes of the page's session: sign in with a key, and sign out. */
export function addSessionRoutes(
  app: HttpServer,
  database: Database,
  { operatorKey, listensOnLoopback }: SessionSettings,
): void {
  const tags = ['Access'];
  const isSecure = ({ protocol }: FastifyRequest) => !(listensOnLoopback && protocol === 'http');

  app.post(
    '/api/v1/session',
    {
      config: { problems: [Unauthenticated, Forbidden], ignoresIdempotencyKey: true },
      schema: {
        operationId: 'signIn',
        tags,
        summary: 'Sign in with a key',
        description:
          'Begins a session of 12 hours for the page and sets its cookie `hf_session`. The session ends with the key. ' +
          'A session that the request has already ends.',
        body: SessionBody,
        response: { 204: Type.Null({ description: 'The answer sets the cookie.' }) },
      },
    },
    async (request, reply) => {
      refuseOtherOrigins(request);
      const previous = readSessionId(request.headers.cookie);
      const { token, keyId } = await signIn(database, request.body.key, { previous, operatorKey });
      const line = { reqId: request.id, key_id: keyId, address: shownAddress(request.ip) };
      if (token === undefined) {
        request.log.warn(line, 'sign-in refused');
        throw new Unauthenticated();
      }
      request.log.info(line, 'signed in');
      return reply
        .code(204)
        .header('set-cookie', sessionCookie(token, isSecure(request)))
        .send(null);
    },
  );

  app.delete(
    '/api/v1/session',
    {
      schema: {
        operationId: 'signOut',
        tags,
        summary: 'Sign out',
        description: 'Ends the session, if the request has one, and removes its cookie.',
        response: { 204: Type.Null({ description: 'There is no session any more.' }) },
      },
    },
    // Any origin may ask: the browser sends no cookie for another site, and asks before it sends a DELETE.
    async (request, reply) => {
      const id = readSessionId(request.headers.cookie);
      if (id !== undefined) await database.transaction((tx) => deleteSession(tx, id));
      return reply
        .code(204)
        .header('set-cookie', noSessionCookie(isSecure(request)))
        .send(null);
    },
  );
}
