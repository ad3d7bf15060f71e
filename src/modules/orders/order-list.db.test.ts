import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { onPostgres } from '../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { type OrderFilter, selectOrders } from './order-list.ts';

/** Orders of one second each, of 50 customers; one of 100 is open. */
const ORDERS = 5_000;
const START = '2020-01-01T00:00:00Z';

interface Listed {
  readonly order_id: number;
  readonly ordered_at: string;
}

onPostgres('the list of orders', (open) => {
  let app: HttpServer;
  beforeAll(async () => {
    app = await openTestApp(open().database);
    await open().database.transaction((tx) =>
      // Ids rise while times fall, so that the two sequences differ.
      sql`insert into orders (id, customer, ordered_at, status, currency)
          select n, 'Customer ' || n % 50, ${START}::timestamptz + interval '1 second' * (${ORDERS} - n) + interval '7 microseconds',
                 case when n % 100 = 7 then 'open' else 'shipped' end, 'USD'
            from generate_series(1, ${ORDERS}) n`.execute(tx),
    );
    await open().database.transaction((tx) => sql`analyze orders`.execute(tx));
  });

  /** All orders of a list, read page by page. */
  async function listAll(query: string): Promise<Listed[]> {
    const listed: Listed[] = [];
    for (let url: string | undefined = `/api/v1/orders?${query}`; url !== undefined; ) {
      const { status, body, headers, text }: Answered = await ask(app, 'GET', url);
      expect(status, text).toBe(200);
      listed.push(...(body as { orders: Listed[] }).orders);
      url = /^<(.*)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1];
    }
    return listed;
  }

  it.each([
    ['customer=Customer 7&limit=30', 100, (n: number) => n % 50 === 7],
    ['customer=Customer 7&status=open&limit=7', 50, (n: number) => n % 100 === 7],
    ['status=open&limit=9', 50, (n: number) => n % 100 === 7],
    ['ordered_to=2020-01-01T00:01:40Z&limit=33', 100, (n: number) => n > ORDERS - 100],
    ['ordered_from=2020-01-01T00:00:10Z&ordered_to=2020-01-01T00:00:20Z', 10, (n: number) => n <= 4_990 && n > 4_980],
    ['status=open&ordered_from=2020-01-01T01:00:00Z&limit=4', 14, (n: number) => n % 100 === 7 && n <= 1_400],
    ['customer=customer 7', 0, () => false],
  ])('%s lists each order of the filter once, by time', async (query, count, isListed) => {
    const listed = await listAll(encodeURI(query));
    expect(listed.length).toBe(count);
    expect(listed.every(({ order_id }) => isListed(order_id))).toBe(true);
    expect(listed.map(({ order_id }) => order_id)).toEqual(
      [...new Set(listed.map(({ order_id }) => order_id))].sort((a, b) => b - a),
    );
  });

  it('an order is found from the time that its answer shows', async () => {
    const [order] = await listAll('status=open&limit=1000');
    const { ordered_at, order_id } = order as Listed;
    const found = await listAll(`status=open&ordered_from=${ordered_at}`);
    expect(found[0]?.order_id).toBe(order_id);
    expect(await listAll(`status=open&ordered_to=${ordered_at}`)).toEqual([]);
  });

  it.each([
    'status=held',
    'ordered_from=yesterday',
    'cursor=WzFd&status=open',
    'cursor=WyIyMDIwLTAxLTAxVDAwOjAwOjAwWiIsMV0',
    'cursor=WyI5OTk5LTk5LTk5VDk5Ojk5Ojk5WiIsMV0&status=open',
    'custmer=x',
  ])('%s returns 400', async (query) => {
    expect((await ask(app, 'GET', `/api/v1/orders?${query}`)).status).toBe(400);
  });

  const PLACE = { id: 2_500, orderedAt: '2020-01-01T00:41:40.000007Z' };

  /** The nodes of the plan of a page, outermost first, without the one that reads the lines of each order. */
  async function planOf(filter: OrderFilter): Promise<string[]> {
    const { rows } = await open().database.read((reader) =>
      sql<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>`explain (format json) ${selectOrders(filter, PLACE, 10)}`.execute(
        reader,
      ),
    );
    const nodesOf = ({ Plans = [], ...node }: PlanNode): string[] => [
      `${node['Node Type']} ${node['Index Name'] ?? ''}`.trim(),
      ...Plans.filter((inner) => inner['Parent Relationship'] !== 'SubPlan').flatMap(nodesOf),
    ];
    return nodesOf((rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan);
  }

  it.each([
    ['no filter', {}, 'orders_pkey'],
    ['customer', { customer: 'Customer 7' }, 'order_by_customer'],
    ['status', { status: 'open' }, 'order_by_status'],
    ['a common status', { status: 'shipped' }, /order_by_(status|time)/],
    ['time', { from: '2020-01-01T00:40:00Z' }, 'order_by_time'],
    ['customer and time', { customer: 'Customer 7', to: '2020-01-01T01:00:00Z' }, 'order_by_customer'],
    ['status and time', { status: 'open', to: '2020-01-01T01:00:00Z' }, 'order_by_status'],
    ['customer and status', { customer: 'Customer 7', status: 'open' }, /order_by_(customer|status)/],
  ] as const)('a page by %s is read in the sequence of an index, without sorting', async (_name, filter, index) => {
    const plan = await planOf(filter);
    expect(plan.filter((node) => /Sort|Seq Scan|Bitmap/.test(node))).toEqual([]);
    expect(plan.find((node) => /^Index/.test(node))).toMatch(index);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Parent Relationship'?: string;
  readonly Plans?: readonly PlanNode[];
}
