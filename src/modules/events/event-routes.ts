import type { FastifyReply, FastifyRequest } from 'fastify';
import { Forbidden, type Ownership, ownershipOf } from '../../access/index.ts';
import { Malformed } from '../../platform/errors.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { idOf } from '../../platform/http/parameters.ts';
import { parseCursor } from './cursor.ts';
import { LISTEN_PROBLEMS } from './event-failures.ts';
import { type EventFilter, TOPICS, type Topic, topicsOf } from './event-frames.ts';
import type { EventHub } from './event-hub.ts';
import { EventListener } from './event-listener.ts';
import type { EventLog } from './event-log.ts';
import { EventHeaders, EventQuery, EventStream, TOPICS_MESSAGE } from './event-schemas.ts';

export interface EventsDeps {
  readonly log: EventLog;
  readonly hub: EventHub;
}

/** Adds the route of the event stream. */
export function addEventRoutes(app: HttpServer, { log, hub }: EventsDeps): void {
  app.addHook('preClose', () => hub[Symbol.asyncDispose]());

  app.get(
    '/api/v1/events',
    {
      // An answer to HEAD would never end.
      exposeHeadRoute: false,
      config: { problems: LISTEN_PROBLEMS },
      schema: {
        operationId: 'listenToEvents',
        tags: ['Events'],
        summary: 'Listen to changes',
        description:
          'Streams changes as they happen, on one connection that stays open. After a break, connect again with the last ' +
          'id in `Last-Event-ID`; events are kept for 15 minutes. A client that reads too slowly is disconnected.',
        querystring: EventQuery,
        headers: EventHeaders,
        response: { 200: EventStream },
      },
    },
    async (request, reply) => {
      const { topics, provider_id } = request.query;
      const lastEventId = request.headers['last-event-id'];
      const ownership = ownershipOf(request.principal);
      const filter: EventFilter = {
        topics: parseTopics(topics, ownership),
        ownership,
        providerId: provider_id === undefined ? undefined : idOf(provider_id, 'query/provider_id'),
      };
      hub.enter();
      let listener: EventListener | undefined;
      reply.raw.once('close', () => hub.leave(listener));
      endWithCredentials(request, reply, () => listener?.end());
      const from = lastEventId === undefined ? await log.end() : parseCursor(lastEventId);
      const first = await log.readAfter(from);
      listener = new EventListener(openStream(reply), filter, from);
      if (first.isComplete) listener.sendReady();
      await hub.join(listener, first).catch(() => listener?.end());
    },
  );
}

/** How often the credentials of a connection are checked again, in milliseconds. */
const RECHECK_EVERY_MS = 500;

/** Ends a connection when its credentials are no longer valid, or cannot be checked. */
function endWithCredentials(request: FastifyRequest, reply: FastifyReply, end: () => void): void {
  const timer = setInterval(async () => {
    if (!(await request.isStillAllowed())) end();
  }, RECHECK_EVERY_MS).unref();
  reply.raw.once('close', () => clearInterval(timer));
}

/** @throws Malformed; Forbidden for a topic that the owner may not listen to */
function parseTopics(text: string | undefined, ownership: Ownership): ReadonlySet<Topic> {
  const allowed = topicsOf(ownership);
  if (text === undefined) return new Set(allowed);
  const names = text.split(',');
  const topics = TOPICS.filter((topic) => names.includes(topic));
  if (topics.length !== names.length) throw new Malformed([{ path: 'query/topics', message: TOPICS_MESSAGE }]);
  const forbidden = topics.filter((topic) => !allowed.includes(topic));
  if (forbidden.length > 0) throw new Forbidden(`These credentials may not listen to ${forbidden.join(', ')}`);
  return new Set(topics);
}

/** Takes the response over from the framework and begins the stream. */
function openStream(reply: FastifyReply): FastifyReply['raw'] {
  reply.hijack();
  const { raw } = reply;
  const headers = reply.getHeaders() as Record<string, string>;
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': [headers['cache-control'] ?? [], 'no-store'].flat().join(', '),
    // Keeps nginx from buffering the stream.
    'x-accel-buffering': 'no',
    // The connection ends with the stream, so that a stopping server does not wait for another request on it.
    connection: 'close',
  });
  raw.write('retry: 1000\n\n');
  return raw;
}
