import { expect, it } from 'vitest';
import { ordersSourceOf, parseMetrics } from './metrics.ts';

it('the method and the delay of a shop are read from its metrics', () => {
  const text = [
    'holdfast_orders_source_method{method="binary-log"} 0',
    'holdfast_orders_source_method{method="polling"} 1',
    'holdfast_orders_source_behind_seconds 12.5',
    'holdfast_orders_source_indexed 1',
  ].join('\n');
  expect(ordersSourceOf(parseMetrics(text))).toEqual({ method: 'polling', behindS: 12.5, indexed: 1 });
});

it('a server with its own orders has no shop', () => {
  expect(ordersSourceOf(parseMetrics('holdfast_waiting{lane="hold"} 0'))).toBeUndefined();
});
