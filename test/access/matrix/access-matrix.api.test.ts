import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUTE_TABLE } from '../../../src/access/route-table.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { eachDatabase } from '../../support/database/test-database.ts';
import { EXPECTED, type Refusals, TRIED_ROLES } from './expected-access.ts';
import { gapsOf, tryRole } from './matrix.ts';
import { openMatrixApp } from './matrix-app.ts';
import { HIDDEN, type MatrixOperation, readOperations } from './matrix-requests.ts';

eachDatabase('access matrix', (open) => {
  let app: HttpServer;
  let operations: MatrixOperation[];
  beforeAll(async () => {
    app = await openMatrixApp(open().database);
    operations = readOperations(app);
  });
  afterAll(() => app.close());

  it('every route has a row in the table of expectations', () => {
    expect(gapsOf(operations, ['GET /assets/*', 'GET /docs/*'])).toEqual([]);
    const described = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    const known = new Set([...described, ...HIDDEN, 'GET /assets/*', 'GET /docs/*']);
    expect(Object.keys(ROUTE_TABLE).filter((route) => !known.has(route))).toEqual([]);
  });

  it.for(TRIED_ROLES)('the role %s is allowed and refused what the table says', async (role) => {
    const { tried, findings } = await tryRole(app, open().database, operations, role);
    expect(findings).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(operations.length);
    process.stdout.write(`access matrix: ${tried} requests as ${role}\n`);
  });

  it('an entry that lets one more role in is found', async () => {
    const entries = Object.entries(ROUTE_TABLE).filter(([, access]) => access !== 'public');
    const table = ROUTE_TABLE as Record<string, unknown>;
    try {
      for (const [route, access] of entries) table[route] = { ...(access as object), reseller: 'all' };
      await using stack = new AsyncDisposableStack();
      const widened = await openMatrixApp(open().database);
      stack.defer(() => widened.close());
      const { findings } = await tryRole(widened, open().database, operations, 'reseller');
      const closed = Object.entries(EXPECTED).filter(([, access]) => access !== 'public' && !access.reseller);
      expect(closed.map(([id]) => id).filter((id) => !findings.some((each) => each.includes(`, ${id} (`)))).toEqual([]);
    } finally {
      for (const [route, access] of entries) table[route] = access;
    }
  });

  it('a missing ownership condition is found', async () => {
    const { database } = open();
    for (const role of ['client', 'provider'] as const) {
      // Statements without the condition answer a client or a provider as they answer an operator.
      const { findings } = await tryRole(app, database, operations, role, ({ tokens }) => tokens.operator);
      const found = findings.filter((finding) => /\((?:path|client_id|provider_id|reservation_id)\)/.test(finding));
      const owned = Object.entries(EXPECTED).flatMap(([id, access]) =>
        access === 'public' ? [] : ownedBy(access[role] ?? {}).map((variant) => `${id} (${variant})`),
      );
      expect(owned.filter((each) => !found.some((finding) => finding.includes(each)))).toEqual([]);
    }
  });
});

/** The refusals that only ownership causes: a client that does not fit its reservation is refused without it too. */
function ownedBy(refusals: Refusals): string[] {
  return Object.entries(refusals).flatMap(([variant, refusal]) => (refusal === '403 foreign-client' ? [] : [variant]));
}
