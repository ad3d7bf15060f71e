import type { Database } from '../../platform/db/database.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { addForgetRoutes } from './forget/forget-routes.ts';

export function addRetentionRoutes(app: HttpServer, database: Database): void {
  addForgetRoutes(app, database);
}
