import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { OPERATOR_KEY } from '../../support/server/principals.ts';
import { openTestApp } from '../../support/server/test-app.ts';
import { addSupplier, supplyItems, upstreamItem } from '../../support/supply/supplied-slots.ts';
import { NOWHERE, supplierAt } from '../../support/supply/supplier-at.ts';
import { SUPPLIER, VENUE } from './matrix-world.ts';

const ENV = {
  AUTH: 'on',
  HOLDFAST_OPERATOR_KEY: OPERATOR_KEY,
  RATE_LIMIT: '1000000/1m',
  RATE_LIMIT_ANONYMOUS: '1000000/1m',
};

/** Opens the whole HTTP surface with access control, a supplier of experiences, and one of items with an item. */
export async function openMatrixApp(database: Database): Promise<HttpServer> {
  await addSupplier(database, VENUE);
  await supplyItems(database, VENUE, [upstreamItem(7, 10_000)]);
  const tours = supplierAt(NOWHERE, 'per-date', { id: SUPPLIER, products: [15] });
  const app = await openTestApp(database, ENV, { suppliers: [tours], firstAnswerWithinMs: 1 });
  await app.ready();
  return app;
}
