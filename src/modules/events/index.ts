export { EventHub } from './event-hub.ts';
export { EventLog } from './event-log.ts';
export { startEventRetention } from './event-retention.ts';
export { addEventRoutes, type EventsDeps } from './event-routes.ts';
export { EVENT_TYPES } from './event-types.ts';
export { type OutboxRow, readOutbox } from './outbox.ts';
