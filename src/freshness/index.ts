export { combineServed, type ServedAge } from './combine-served.ts';
export { Freshness } from './freshness.ts';
export {
  ageHeaders,
  type ReadyBody,
  readyBody,
  requestedMaxAgeMs,
  sendServed,
  sendValidated,
  tellAge,
} from './http-caching.ts';
export { RedisStore } from './remote-store.ts';
export type { Served, View } from './view.ts';
export { summarizeViews, watchViews } from './watch-views.ts';
