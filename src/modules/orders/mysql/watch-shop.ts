import type { Metrics } from '../../../platform/metrics.ts';
import type { ShopStatus } from './shop-status.ts';

const METHODS = ['binary-log', 'polling', 'bound'];

/** Publishes at `/metrics` how a shop's database is followed. */
export function watchShop(metrics: Metrics, shop: { status(): ShopStatus }): void {
  const gauge = (name: string, help: string, read: (status: ShopStatus) => number | null) =>
    metrics.gauge(`holdfast_orders_source_${name}`, help, [], () => {
      const value = read(shop.status());
      return value === null ? [] : [{ labels: {}, value }];
    });
  metrics.gauge(
    'holdfast_orders_source_method',
    "How changes in the shop's database become known: 1 for the method in use",
    ['method'],
    () => METHODS.map((method) => ({ labels: { method }, value: Number(shop.status().method === method) })),
  );
  gauge('behind_seconds', "Time up to which the shop's changes are known, ago", ({ behindSeconds }) => behindSeconds);
  gauge('indexed', "Share of the shop's orders that the index has, from 0 to 1", ({ indexed }) => indexed);
  gauge('index_bytes', "Memory of the index of the shop's orders", ({ indexBytes }) => indexBytes);
}
