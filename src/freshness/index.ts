export { combineServed } from './combine-served.ts';
export { Freshness } from './freshness.ts';
export {
  formatAgeHeaders,
  type PackedBody,
  packBody,
  type ReadyBody,
  readyBody,
  requestedMaxAgeMs,
  sendCached,
  sendValidated,
  setAgeHeaders,
} from './http-caching.ts';
export { RedisStore } from './view/remote-store.ts';
export type { Served, ServedAge, View } from './view/view.ts';
export { sourceFailing, VIEW_PROBLEMS } from './view/view-failures.ts';
export { summarizeViews, type Views, watchViews } from './watch-views.ts';
