import type { Database } from '../platform/db/database.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { Authenticator } from './authenticator.ts';
import { addKeyRoutes } from './keys/key-routes.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import type { Refusals } from './refusals.ts';
import { addSessionRoutes, type SessionSettings } from './sessions/session-routes.ts';
import { addWhoamiRoute } from './whoami-route.ts';

export interface AccessDeps {
  readonly database: Database;
  /** `undefined` while access control is off. */
  readonly authenticator: Authenticator | undefined;
  readonly sessions: SessionSettings;
  readonly limits: RequestLimits;
  readonly refusals: Refusals;
}

/** Routes of access control itself. */
export function addAccessRoutes(app: HttpServer, { database, sessions }: AccessDeps): void {
  addWhoamiRoute(app);
  addKeyRoutes(app, database);
  addSessionRoutes(app, database, sessions);
}
