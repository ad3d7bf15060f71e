export type * from './api.ts';
export type { EventOptions, EventTopic, HoldfastEvent } from './events/event-stream.ts';
export { type ClientOptions, createClient, type HoldfastClient } from './holdfast-client.ts';
export { HoldfastProblem, readProblem } from './holdfast-problem.ts';
export type { Exchange, Extras } from './typed-calls.ts';
