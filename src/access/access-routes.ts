import type { Database } from '../platform/db/database.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { Authenticator } from './authenticator.ts';
import { addKeyRoutes } from './keys/key-routes.ts';
import { addWhoamiRoute } from './whoami-route.ts';

export interface AccessDeps {
  readonly database: Database;
  /** `undefined` while access control is off. */
  readonly authenticator: Authenticator | undefined;
}

/** Routes of access control itself. */
export function addAccessRoutes(app: HttpServer, { database }: AccessDeps): void {
  addWhoamiRoute(app);
  addKeyRoutes(app, database);
}
