import { type TProperties, Type } from 'typebox';
import { component, nullable } from '../../platform/http/openapi.ts';
import { ERROR_MESSAGE, IdField, IdParameter } from '../../platform/http/parameters.ts';
import { CURSOR_PATTERN } from './cursor.ts';
import { TOPICS } from './event-frames.ts';
import { typesOfKind } from './event-types.ts';

const TOPIC_NAMES = TOPICS.join(', ');

/** The message for a list of topics that is refused. */
export const TOPICS_MESSAGE = `must be one or more of ${TOPIC_NAMES}, separated by commas`;

export const EventQuery = Type.Object({
  topics: Type.Optional(
    Type.String({
      maxLength: 200,
      description: `Topics to receive, separated by commas: ${TOPIC_NAMES}. Defaults to all of them.`,
      examples: ['slots,reservations'],
    }),
  ),
  provider_id: Type.Optional(
    IdParameter(
      'Receive slots and reservations of this provider only. `many`, `sync` and `freshness` events are not filtered, ' +
        'and `booking` events are left out, because slots of suppliers have no provider.',
    ),
  ),
});

export const EventHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: CURSOR_PATTERN,
      description:
        'The id of the last event that was received. The stream continues after it, without a gap. Browsers send it by ' +
        'themselves when they reconnect.',
      [ERROR_MESSAGE]: 'is not an id of this stream',
    }),
  ),
});

/** A named component for one event of the stream: its name, and its `data` once parsed as JSON. */
const event = (schemaName: string, name: string, data: TProperties, description: string) =>
  component(
    schemaName,
    Type.Object(
      {
        event: Type.Enum([name], { type: 'string', description: 'Name of the event.' }),
        data: component(
          `${schemaName}Data`,
          Type.Object(data, { description: 'Content of the `data` line, as JSON.' }),
        ),
      },
      { description },
    ),
  );

const SlotId = IdField("The slot's id.");
const ProviderId = nullable(IdField("The provider's id; `null` for a slot of a supplier."));
const ReservationId = IdField("The reservation's id.");
const SupplierId = Type.String({ description: "The supplier's id.", examples: ['city-tours'] });

const count = (description: string) => Type.Integer({ description });
const seconds = (description: string) => Type.Number({ description });

export const ViewStatistics = component(
  'ViewStatistics',
  Type.Object(
    {
      view: Type.String({ description: 'Name of the view.', examples: ['vehicle'] }),
      bound_seconds: seconds('Staleness bound, in seconds.'),
      hits: count('Reads that memory answered.'),
      misses: count('Reads that memory could not answer.'),
      waits: count('Reads that joined a load in progress.'),
      remote_hits: count('Values that another instance had loaded.'),
      loads: count('Loads from the database.'),
      load_seconds: seconds('Total duration of the loads, in seconds.'),
      patches: count('Entries whose changed parts were read instead of the whole value.'),
      stale: count('Answers that were served because the database failed.'),
      age_at_serve_seconds: seconds('Sum of the ages of all hits, in seconds.'),
      greatest_age_seconds: seconds('Greatest age of a hit, in seconds.'),
    },
    { description: 'Figures of one view of the answering instance since it started.' },
  ),
);

const EVENT_SCHEMAS = [
  event('ReadyEvent', 'ready', {}, 'The first event of a connection that has missed nothing.'),
  event(
    'ResetEvent',
    'reset',
    {},
    'Events were missed that are no longer kept. Read everything again that you show or cache; the stream continues ' +
      'from here.',
  ),
  event(
    'SlotEvent',
    'slot',
    { slot_id: SlotId, provider_id: ProviderId },
    'A slot was created, changed or deleted, or a reservation changed the number of its free units.',
  ),
  event(
    'ReservationEvent',
    'reservation',
    {
      reservation_id: ReservationId,
      slot_id: SlotId,
      provider_id: ProviderId,
      status: Type.Enum(['held', 'confirmed', 'cancelled', 'expired', 'conflict'], {
        type: 'string',
        description: 'The status after the change.',
      }),
      type: Type.Enum(typesOfKind('reservation'), { type: 'string', description: 'The change, as webhooks name it.' }),
    },
    'A reservation was made or changed.',
  ),
  event(
    'BookingEvent',
    'booking',
    {
      reservation_id: ReservationId,
      slot_id: SlotId,
      provider_id: ProviderId,
      supplier_id: SupplierId,
      desired_state: Type.Enum(['booked', 'cancelled'], {
        type: 'string',
        description: 'The desired state at the supplier.',
      }),
      state: Type.Enum(['waiting', 'done', 'refused', 'parked'], {
        type: 'string',
        description: 'Progress of the write-back.',
      }),
      type: Type.Optional(
        Type.Enum(typesOfKind('booking'), {
          type: 'string',
          description: 'What the supplier decided, as webhooks name it.',
        }),
      ),
    },
    'The write-back of a reservation to its supplier has advanced.',
  ),
  event(
    'SyncEvent',
    'sync',
    {
      supplier_id: SupplierId,
      type: Type.Optional(
        Type.Enum(typesOfKind('supplier'), { type: 'string', description: 'The change, as webhooks name it.' }),
      ),
    },
    'A pull from a supplier was stored, or its sync was paused, resumed, blocked, failed or taken over.',
  ),
  event(
    'BulkChangeEvent',
    'many',
    { topic: Type.Enum([...TOPICS], { type: 'string', description: 'The topic of the changes.' }) },
    'More than 200 things of a topic changed at once. Read everything again that you show of this topic.',
  ),
  event(
    'FreshnessEvent',
    'freshness',
    { views: Type.Array(ViewStatistics, { description: 'Every view of the instance.' }) },
    'Figures about the age of answers, sent every few seconds. They have no id.',
  ),
];

const EXAMPLE = `retry: 1000

id: 7213-0
event: ready
data: {}

id: 7214-31
event: slot
data: {"slot_id":3,"provider_id":1}

: beat
id: 7220-0

`;

/**
 * The stream as OpenAPI 3.1 can describe it: a text, with the events that it contains as its content schema. OpenAPI
 * 3.2 has `itemSchema` for this.
 */
export const EventStream = Type.Unsafe<never>({
  description:
    'Server-sent events, encoded in UTF-8. The first event is `ready`, or `reset` if events were missed. Each event has ' +
    'an `event` line with its name and a `data` line with JSON; the schemas give both. A change is sent at least once. ' +
    'It says that something has changed: read the current state from its own path. A comment with the current `id` is ' +
    'sent every 15 seconds.',
  content: {
    'text/event-stream': {
      schema: {
        type: 'string',
        contentMediaType: 'text/event-stream',
        contentSchema: { anyOf: EVENT_SCHEMAS },
        description: 'A sequence of events, each ended by an empty line. Each is one of the content schemas.',
        examples: [EXAMPLE],
      },
    },
  },
});
