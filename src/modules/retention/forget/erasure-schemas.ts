import { Type } from 'typebox';
import { KeySchema } from '../../../access/index.ts';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { IdField, IdParameter } from '../../../platform/http/parameters.ts';
import { OrderSchema } from '../../orders/index.ts';
import { Client, HistoryEntry, Reservation } from '../../reservations/index.ts';

export const ClientParams = Type.Object({ id: IdParameter("The client's id.", 1) });

export const EraseQuery = Type.Object({
  reservations: Type.Optional(
    Type.Enum(['refuse', 'cancel'], {
      type: 'string',
      description:
        'What happens when confirmed reservations have not ended: the request is refused, or they are cancelled. ' +
        'Defaults to `refuse`. Holds are always cancelled.',
      examples: ['refuse'],
    }),
  ),
});

const time = (description: string) =>
  Type.String({
    format: 'date-time',
    description: `${description}; UTC, to the second.`,
    examples: ['2099-03-01T12:00:00Z'],
  });
const count = (description: string) => Type.Integer({ description, examples: [1] });

const RemovedData = component(
  'RemovedData',
  Type.Object(
    {
      names: count("The client's own name."),
      reservations_cancelled: count(
        'Holds and, with `reservations=cancel`, confirmed reservations that were cancelled.',
      ),
      orders: count('Orders whose customer was replaced.'),
      keys: count('Keys that were deleted.'),
      stored_answers: count('Answers stored under an Idempotency-Key in which the name was replaced.'),
      webhook_events: count('Stored events for webhooks in which the customer was replaced.'),
    },
    { description: 'What an erasure changed or deleted, by place.' },
  ),
);

export const Erasure = component(
  'ClientErasure',
  Type.Object(
    {
      client_id: IdField("The client's id.", 1),
      erased_at: time('When the personal data were erased'),
      removed: RemovedData,
    },
    { description: 'The report of an erasure.' },
  ),
);

export const ClientExport = component(
  'ClientExport',
  Type.Object(
    {
      exported_at: time('When this was read'),
      client: Client,
      erasure: nullable(Erasure, { description: 'The report of its erasure; `null` if it was not erased.' }),
      reservations: Type.Array(
        Type.Intersect([
          Reservation,
          Type.Object({ history: Type.Array(HistoryEntry, { description: 'Every change, oldest first.' }) }),
        ]),
        { description: 'All its reservations by id, item bookings included.' },
      ),
      keys: Type.Array(KeySchema, { description: 'Its keys, without their secrets.' }),
      orders: Type.Array(OrderSchema, { description: 'The orders of its reservations, by id.' }),
    },
    { description: 'All that is known of a client.' },
  ),
);
