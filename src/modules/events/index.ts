export { EventHub } from './event-hub.ts';
export { EventLog } from './event-log.ts';
export { addEventRoutes, type EventsDeps } from './event-routes.ts';
export { startForgetting } from './jobs.ts';
