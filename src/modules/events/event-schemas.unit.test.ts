import { expect, it } from 'vitest';
import { Freshness, summarizeViews } from '../../freshness/index.ts';
import { ViewStatistics } from './event-schemas.ts';

it('the schema of a view in a freshness event has the fields that are sent', () => {
  const feed = { isConnected: true, subscribe() {}, barrier: async () => {} };
  const freshness = new Freshness(feed, undefined);
  const options = { name: 'test', keyOf: String, load: async () => 1, maxAgeMs: 1_000, sizeOf: () => 8 };
  freshness.view<number, number>(options, 1_000);
  const { views } = summarizeViews(freshness) as { views: object[] };
  expect(views.map(Object.keys)).toEqual([Object.keys(ViewStatistics.properties)]);
});
