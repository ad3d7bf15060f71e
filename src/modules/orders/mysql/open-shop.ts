import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Freshness, View } from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { MysqlClient } from '../../../platform/mysql/mysql-client.ts';
import { StartError } from '../../../platform/start-error.ts';
import { sourceUnavailable } from '../order-failures.ts';
import type { OrderReads } from '../order-reads.ts';
import { OrderPages } from '../pages/order-pages.ts';
import { createPagedOrderView } from '../pages/paged-order-view.ts';
import { OrderFinder } from './changed-orders.ts';
import { IndexStore } from './index-store.ts';
import { MethodOpener } from './open-method.ts';
import { type OrderMapping, parseMapping, tablesOf } from './order-mapping.ts';
import { OrderReader } from './order-reader.ts';
import { ShopIndex } from './shop-index.ts';
import { describeShop, type ShopStatus } from './shop-status.ts';
import { SourceFollower } from './source-follower.ts';
import { SourceIndex } from './source-index.ts';
import { checkSchema, fits, readSchema, type SourceSchema } from './source-schema.ts';

/** Address and credentials of a MySQL or MariaDB. */
export interface ShopConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: { reveal(): string } | undefined;
  readonly database: string;
  readonly tls:
    | { readonly ca: Buffer | undefined; readonly rejectUnauthorized: boolean; readonly verifyIdentity: boolean }
    | undefined;
}

export interface ShopOptions {
  readonly connection: ShopConnection;
  /** `undefined` for the tables of a known shop. */
  readonly mapping: { readonly file: string; readonly content: unknown } | undefined;
  /** Connections to the shop's database, that of the binary log and that of the follower included. */
  readonly connections: number;
  readonly pollMs: number;
  readonly maxAgeMs: number;
  readonly pageSize: number;
  /** Holdfast's own database. */
  readonly database: Database;
  readonly logger: Logger;
  /** Creates the views of a source whose changes a feed announces. @param source distinguishes sources that share Redis */
  readonly openFreshness: (feed: ChangeFeed, source: string) => Freshness;
}

/** Orders in a shop's database. */
export interface ShopOrders extends AsyncDisposable {
  readonly pages: OrderPages;
  readonly reads: OrderReads;
  readonly isElsewhere: true;
  readonly views: readonly View<never, unknown>[];
  status(): ShopStatus;
}

/** Connections that are not for reads: the binary log's, and the follower's. */
const FOLLOWER_CONNECTIONS = 2;
/** Mappings for the tables of known shops, tried in turn where ORDERS_SOURCE_FILE is not set. */
const KNOWN_SHOPS = ['orders-northwind.json', 'orders-woocommerce.json'];

/**
 * Connects to a shop's database, checks that the mapping fits it, and begins to follow it.
 *
 * @throws StartError
 */
export async function openShop(options: ShopOptions): Promise<ShopOrders> {
  const { connection, connections, pollMs, maxAgeMs, pageSize, database, logger } = options;
  await using stack = new AsyncDisposableStack();
  const own = stack.use(connectTo(connection, 1));
  const { mapping, schema } = await prepareShop(own, connection, options.mapping);
  const { host, port, database: shop } = connection;
  const digest = createHash('sha256')
    .update(JSON.stringify([host, port, shop, mapping]))
    .digest('base64url')
    .slice(0, 22);
  const readers = connections - FOLLOWER_CONNECTIONS;
  const reader = new OrderReader(stack.use(connectTo(connection, readers)), mapping, schema);
  const index = new SourceIndex();
  const store = new IndexStore(database, digest);
  const stored = await store.load();
  if (stored && stored.ageMs < maxAgeMs) index.restore(stored.ids, stored.ageMs);
  const finder = new OrderFinder(own, mapping, schema);
  const opener = new MethodOpener({
    client: own,
    finder,
    database: shop,
    tables: tablesOf(mapping),
    mapping,
    pollMs,
    logger,
  });
  const follower = new SourceFollower({
    reads: new OrderReader(own, mapping, schema),
    index,
    maxAgeMs,
    logger,
    open: (position, onArrival) => opener.open(position, onArrival),
    save: (position) => {
      const ageMs = performance.now() - (index.verifiedAt ?? Number.NEGATIVE_INFINITY);
      return store.save({ position, ids: index.encode(), ageMs });
    },
  });
  const freshness = options.openFreshness(follower, digest);
  const readOrders = (ids: readonly number[]) => reader.byIds(ids);
  const orders = createPagedOrderView(readOrders, freshness, maxAgeMs, readers);
  const ranks = new ShopIndex(index, follower, readOrders, maxAgeMs);
  const follows = () => ({ method: follower.method ?? 'none', behindMs: follower.behindMs });
  const read = (first: number, count: number) => ranks.read(first, count);
  const pages = new OrderPages({ index: ranks, orders, feed: follower, read, follows }, { maxAgeMs, pageSize });
  follower.start(index.isCertain ? stored?.position : undefined);
  stack.use(follower);
  const opened = stack.move();
  return {
    pages,
    reads: {
      list: (filter, after, limit) => reader.list(filter, after, limit),
      async read(orderId) {
        const [order] = await reader.byIds([orderId]);
        if (!order) throw new NotFound('order', orderId);
        return order;
      },
    },
    isElsewhere: true,
    views: freshness.views,
    status: () => describeShop(follower, index),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export function connectTo({ password, tls, ...connection }: ShopConnection, connections: number): MysqlClient {
  return new MysqlClient({
    connection: {
      ...connection,
      ...(password === undefined ? {} : { password: password.reveal() }),
      ...(tls === undefined ? {} : { ssl: { ...tls, ...(tls.ca === undefined ? {} : { ca: tls.ca }) } as object }),
    },
    connections,
    toFailure: sourceUnavailable,
  });
}

/** Chooses the mapping and checks it against the real schema. @throws StartError */
export async function prepareShop(
  client: MysqlClient,
  { host, port, database }: ShopConnection,
  file: ShopOptions['mapping'],
): Promise<{ mapping: OrderMapping; schema: SourceSchema }> {
  const address = `ORDERS_SOURCE_URL (${host}:${port}/${database})`;
  try {
    await checkVersion(client, address);
    if (file === undefined) return await findKnownShop(client, address);
    const origin = `ORDERS_SOURCE_FILE=${file.file}`;
    const mapping = parseMapping(file.content, origin);
    const schema = await readSchema(client.read, tablesOf(mapping));
    checkSchema(schema, mapping, origin);
    await checkIds(client, mapping, schema, origin);
    return { mapping, schema };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new StartError(
      `${address} cannot be used: ${cause instanceof Error ? cause.message || String(cause) : String(cause)}`,
    );
  }
}

async function checkVersion(client: MysqlClient, address: string): Promise<void> {
  const [{ version } = { version: '' }] = await client.read<{ version: string }>('select version() as version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isMariaDb = /mariadb/i.test(version);
  if (isMariaDb ? major > 10 || (major === 10 && minor >= 6) : major >= 8) return;
  throw new StartError(`${address} is version ${version}. Use MySQL 8.0 or newer, or MariaDB 10.6 or newer`);
}

async function findKnownShop(
  client: MysqlClient,
  address: string,
): Promise<{ mapping: OrderMapping; schema: SourceSchema }> {
  for (const known of KNOWN_SHOPS) {
    const path = fileURLToPath(new URL(`../../../../samples/${known}`, import.meta.url));
    const mapping = parseMapping(JSON.parse(readFileSync(path, 'utf8')), `samples/${known}`);
    const schema = await readSchema(client.read, tablesOf(mapping));
    if (!fits(schema, mapping)) continue;
    checkSchema(schema, mapping, `samples/${known}`);
    await checkIds(client, mapping, schema, `samples/${known}`);
    return { mapping, schema };
  }
  throw new StartError(
    `${address} has the tables of no known shop (Northwind, WooCommerce). Describe yours in ORDERS_SOURCE_FILE`,
  );
}

/** Ids beyond what a JSON number keeps would be shown as other ids. */
async function checkIds(
  client: MysqlClient,
  mapping: OrderMapping,
  schema: SourceSchema,
  origin: string,
): Promise<void> {
  const last = await new OrderReader(client, mapping, schema).last();
  if (last !== null && !Number.isSafeInteger(Number(last))) {
    throw new StartError(`${origin}: orders.id goes up to ${last}, and ids past 2^53-1 cannot be shown in JSON`);
  }
}
