import type { Freshness } from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import { readOrders } from '../order-view.ts';
import { readBlockCounts, readBlockIds, readOrdersFromRank } from './block-queries.ts';
import { OrderIndex } from './order-index.ts';
import { OrderPages, type OrderPagesOptions } from './order-pages.ts';
import { createPagedOrderView } from './paged-order-view.ts';

const MAX_CONCURRENT_LOADS = 4;

/** Pages of the orders in Holdfast's own database. */
export function createPostgresPages(
  database: Database,
  freshness: Freshness,
  feed: ChangeFeed,
  options: OrderPagesOptions,
): OrderPages {
  const { maxAgeMs } = options;
  const load = (ids: readonly number[]) => database.read((reader) => readOrders(reader, ids));
  const orders = createPagedOrderView(load, freshness, maxAgeMs, MAX_CONCURRENT_LOADS);
  const source = {
    readCounts: () => database.read(readBlockCounts),
    readBlocks: (blocks: readonly number[]) => database.read((reader) => readBlockIds(reader, blocks)),
  };
  const index = new OrderIndex(source, feed, maxAgeMs);
  const read = async (first: number, count: number) => {
    const startedAt = performance.now();
    const page = await database.read((reader) => readOrdersFromRank(reader, first, count));
    return { ...page, ageMs: performance.now() - startedAt };
  };
  return new OrderPages({ index, orders, feed, read }, options);
}
