import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';
import {
  CursorParameter,
  ERROR_MESSAGE,
  IdField,
  IdParameter,
  LimitParameter,
  VisibleText,
} from '../../../platform/http/parameters.ts';
import { EVENT_TYPES } from '../../events/index.ts';
import { EVENT_PREFIXES } from '../event-filter.ts';
import { DELIVERY_STATUSES, type DeliveryStatus } from './delivery-list.ts';
import type { WebhookStatus } from './webhook-store.ts';

const MAX_DESCRIPTION_LENGTH = 500;
const MAX_EVENTS = 100;
const EXAMPLE_URL = 'https://shop.example/holdfast';
const EXAMPLE_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8fVCoM0H1zA=';
const strict = { additionalProperties: false };

const Time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-12-01T09:00:00Z'] });

const Url = Type.String({
  description:
    'The receiver of the events: an `https` URL of at most 2,000 characters, without credentials and without a fragment, that ' +
    'leads to a public address. `WEBHOOK_ALLOW` permits other addresses, and plain `http` to them.',
  examples: [EXAMPLE_URL],
});

const EventFilter = Type.Unsafe<string>({
  type: 'string',
  enum: [...EVENT_TYPES, ...EVENT_PREFIXES],
  description: 'A type of event, or a prefix that stands for all types of a kind.',
  examples: ['reservation.*'],
  [ERROR_MESSAGE]: 'must be a type of event such as reservation.held, or a prefix such as reservation.*',
});

const EventFilters = Type.Optional(
  nullable(
    Type.Array(EventFilter, {
      minItems: 1,
      maxItems: MAX_EVENTS,
      [ERROR_MESSAGE]: `must list 1 to ${MAX_EVENTS} types and prefixes of events; leave it out or send null for all events`,
      description: 'Types of events and prefixes, such as `reservation.*`. Defaults to all, which `null` says too.',
      examples: [['reservation.*', 'order.created']],
    }),
  ),
);

const Description = Type.Optional(
  nullable(
    VisibleText(MAX_DESCRIPTION_LENGTH, {
      description: 'The purpose of the webhook.',
      examples: ['Stock of the shop'],
    }),
  ),
);

const StatusField = Type.Unsafe<WebhookStatus>({
  type: 'string',
  enum: ['active', 'disabled'],
  description: 'Nothing but tests is sent to a disabled webhook.',
  examples: ['active'],
});

export const WebhookBody = Type.Object(
  {
    url: Url,
    events: EventFilters,
    description: Description,
    provider_id: Type.Optional(
      nullable(
        IdField(
          'The provider it belongs to: it receives only what concerns that provider. A provider may leave it out: it is ' +
            'its own. For others the default is none, and the webhook receives the events of everyone.',
        ),
      ),
    ),
  },
  {
    ...strict,
    examples: [{ url: EXAMPLE_URL, events: ['reservation.*'], description: 'Stock of the shop', provider_id: 1 }],
  },
);

export const WebhookPatch = Type.Object(
  { url: Type.Optional(Url), events: EventFilters, description: Description, status: Type.Optional(StatusField) },
  {
    ...strict,
    minProperties: 1,
    [ERROR_MESSAGE]: 'must have at least one of url, events, description and status',
    examples: [{ events: ['reservation.*', 'order.*'], status: 'active' }],
  },
);

const WEBHOOK_FIELDS = {
  webhook_id: IdField("The webhook's id."),
  url: Type.String({ description: 'The receiver of the events.', examples: [EXAMPLE_URL] }),
  events: Type.Array(Type.String(), {
    description: 'The types of events and the prefixes it receives. By default these are all types that there are.',
    examples: [['reservation.*']],
  }),
  description: nullable(Type.String({ description: 'The purpose of the webhook.', examples: ['Stock of the shop'] })),
  provider_id: nullable(IdField('The provider it belongs to; `null` if it receives the events of everyone.')),
  status: StatusField,
  disabled_reason: nullable(
    Type.String({
      description: 'The reason why it is disabled; `null` while it is active.',
      examples: ['The receiver answered 410 Gone.'],
    }),
  ),
  failing_since: nullable(Time('The fifth failure in a row; `null` while the webhook does not fail.')),
  created_at: Time('The time of its creation.'),
};

export const Webhook = component(
  'Webhook',
  Type.Object(WEBHOOK_FIELDS, { description: 'A receiver of events, without its secret.' }),
);

export const NewWebhook = component(
  'NewWebhook',
  Type.Object(
    {
      ...WEBHOOK_FIELDS,
      secret: Type.Optional(
        Type.String({
          description: 'The key that signs each request. A repetition under the same Idempotency-Key leaves it out.',
          examples: [EXAMPLE_SECRET],
        }),
      ),
    },
    { description: 'A new webhook, with its secret.' },
  ),
);

const NextCursor = nullable(Type.String({ description: 'The cursor of the next page; `null` on the last.' }));

export const WebhookList = component(
  'WebhookList',
  Type.Object({
    webhooks: Type.Array(Webhook, { description: 'The webhooks of this page, by id.' }),
    next_cursor: NextCursor,
  }),
);

export const WebhookSecret = component(
  'WebhookSecret',
  Type.Object({ secret: Type.String({ description: 'The key that signs each request.', examples: [EXAMPLE_SECRET] }) }),
);

export const RotatedSecret = component(
  'RotatedSecret',
  Type.Object({
    secret: Type.Optional(
      Type.String({
        description: 'The new secret. A repetition under the same Idempotency-Key leaves it out.',
        examples: [EXAMPLE_SECRET],
      }),
    ),
  }),
);

export const WebhookTest = component(
  'WebhookTest',
  Type.Object({
    event_id: Type.String({
      description: "The event's id, which the header `webhook-id` has.",
      examples: ['evt_0f6b2a9c41d87e35a0b10f6b2a9c41d8'],
    }),
  }),
);

const DeliveryStatusField = Type.Unsafe<DeliveryStatus>({
  type: 'string',
  enum: [...DELIVERY_STATUSES],
  description: 'Whether the event was delivered. A failed one is not tried again by itself.',
  examples: ['delivered'],
});

const DELIVERY_FIELDS = {
  delivery_id: IdField("The delivery's id."),
  event_id: Type.String({
    description: "The event's id, the same in every attempt.",
    examples: ['evt_0f6b2a9c41d87e35a0b10f6b2a9c41d8'],
  }),
  type: Type.String({ description: 'The type of the event.', examples: ['reservation.held'] }),
  status: DeliveryStatusField,
  attempts: Type.Integer({ description: 'The attempts that have ended, since the last replay.', examples: [1] }),
  last_status: nullable(Type.Integer({ description: 'HTTP status of the last answer, if any.', examples: [200] })),
  last_error: nullable(Type.String({ description: 'The reason why the last attempt failed.', examples: ['time-out'] })),
  next_attempt_at: nullable(
    Time('The next attempt; `null` when there is none, or while an earlier event of the same thing is pending.'),
  ),
  created_at: Time('The time of its creation.'),
};

const WebhookDelivery = component(
  'WebhookDelivery',
  Type.Object(DELIVERY_FIELDS, { description: 'The delivery of an event to a webhook.' }),
);

export const WebhookDeliveryList = component(
  'WebhookDeliveryList',
  Type.Object({
    deliveries: Type.Array(WebhookDelivery, { description: 'The deliveries of this page, newest first.' }),
    next_cursor: NextCursor,
  }),
);

const WebhookEventBody = component(
  'WebhookEventBody',
  Type.Object(
    {
      type: Type.String({ description: 'The type of the event.', examples: ['reservation.held'] }),
      timestamp: Type.String({ description: 'The time of the change.', examples: ['2026-12-01T09:00:00Z'] }),
      data: Type.Record(Type.String(), Type.Unknown(), { description: 'The thing that changed, as the API shows it.' }),
    },
    { description: 'An event as it is sent.' },
  ),
);

export const WebhookDeliveryDetail = component(
  'WebhookDeliveryDetail',
  Type.Object(
    {
      ...DELIVERY_FIELDS,
      body: WebhookEventBody,
      last_answer: nullable(Type.String({ description: "The beginning of the last answer's body.", examples: ['ok'] })),
    },
    { description: 'A delivery with the event as it is sent.' },
  ),
);

export const ReplayedDeliveries = component(
  'ReplayedDeliveries',
  Type.Object({
    deliveries: Type.Integer({ description: 'The number of deliveries that are sent again.', examples: [1] }),
  }),
);

const WrittenTime = (description: string, example: string) =>
  Type.String({ maxLength: 64, description: `${description}. Without an offset it is UTC.`, examples: [example] });

export const ReplayBody = Type.Object(
  {
    since: WrittenTime('Events that happened at this time or later', '2026-12-01T09:00:00Z'),
    until: Type.Optional(
      WrittenTime('Events that happened at this time or earlier. Defaults to now', '2099-12-01T10:00:00Z'),
    ),
  },
  { ...strict, examples: [{ since: '2026-12-01T09:00:00Z', until: '2099-12-01T10:00:00Z' }] },
);

const WebhookId = IdParameter("The webhook's id.");

export const WebhookParams = Type.Object({ id: WebhookId });
export const DeliveryParams = Type.Object({ id: WebhookId, delivery_id: IdParameter("The delivery's id.") });

export const WebhookQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
});

export const DeliveryQuery = Type.Object({
  status: Type.Optional(DeliveryStatusField),
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
});
