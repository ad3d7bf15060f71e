import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Malformed } from '../../platform/errors.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { ERROR_MESSAGE, IdParameter, idOf, Problems } from '../../platform/http/parameters.ts';
import { CURSOR_TEXT, cursorOf } from './cursor.ts';
import { type EventFilter, TOPICS, type Topic } from './event-frames.ts';
import type { EventHub } from './event-hub.ts';
import { EventListener } from './event-listener.ts';
import type { EventLog } from './event-log.ts';

const TOPIC_NAMES = TOPICS.join(', ');
const SAYS_TOPICS = `must be one or more of ${TOPIC_NAMES}, with commas between them`;

const Query = Type.Object({
  topics: Type.Optional(
    Type.String({
      maxLength: 200,
      description: `Which events, with commas between them: ${TOPIC_NAMES}; all unless told`,
      examples: ['slots,reservations'],
    }),
  ),
  provider_id: Type.Optional(IdParameter('Only slots and reservations of this provider')),
});

const Headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: CURSOR_TEXT,
      description: 'The last id that was heard: goes on after it, without a gap',
      [ERROR_MESSAGE]: 'is not an id this stream has given out',
    }),
  ),
});

const Stream = Type.Unsafe<never>({
  description:
    'Server-sent events: `ready` and `reset` (fetch anew, what came before is lost) first, then `slot`, `reservation`, ' +
    '`booking`, `sync` and `many` as they happen, each at least once, and `freshness` now and then',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
});

export interface EventsDeps {
  readonly log: EventLog;
  readonly hub: EventHub;
}

/** The live stream. */
export function addEventRoutes(app: HttpServer, { log, hub }: EventsDeps): void {
  app.addHook('preClose', () => hub[Symbol.asyncDispose]());

  app.get(
    '/api/v1/events',
    {
      // It would never end.
      exposeHeadRoute: false,
      schema: {
        tags: ['Events'],
        summary: 'Hear what changes, as it happens',
        querystring: Query,
        headers: Headers,
        response: { 200: Stream, ...Problems },
      },
    },
    async (request, reply) => {
      const { topics, provider_id } = request.query;
      const lastId = request.headers['last-event-id'];
      const filter: EventFilter = {
        topics: topicsOf(topics),
        providerId: provider_id === undefined ? undefined : idOf(provider_id, 'query/provider_id'),
      };
      hub.enter();
      let listener: EventListener | undefined;
      reply.raw.once('close', () => hub.leave(listener));
      const from = lastId === undefined ? await log.end() : cursorOf(lastId);
      const first = await log.after(from);
      listener = new EventListener(openStream(reply), filter, from);
      if (first.kept) listener.ready();
      await hub.join(listener, first).catch(() => listener?.end());
    },
  );
}

function topicsOf(text: string | undefined): ReadonlySet<Topic> {
  if (text === undefined) return new Set(TOPICS);
  const names = text.split(',');
  const known = TOPICS.filter((topic) => names.includes(topic));
  if (known.length !== names.length) throw new Malformed([{ path: 'query/topics', message: SAYS_TOPICS }]);
  return new Set(known);
}

/** From here on the framework has no part in the answer. */
function openStream(reply: FastifyReply): FastifyReply['raw'] {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would collect it before passing it on.
    'x-accel-buffering': 'no',
    // Its end is the connection's: a server that stops need not wait for another request on it.
    connection: 'close',
  });
  raw.write('retry: 1000\n\n');
  return raw;
}
