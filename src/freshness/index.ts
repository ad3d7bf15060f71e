export { Freshness } from './freshness.ts';
export { askedBoundMs, putServedHeaders, type ReadyBody, sendServed, servedHeaders } from './http-caching.ts';
export { RedisStore } from './remote-store.ts';
export type { Served, View } from './view.ts';
export { watchViews } from './watch-views.ts';
