import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';

const instant = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-12-30T10:00:00Z'] });

const SupplierId = Type.String({ description: "The supplier's id in the configuration.", examples: ['sample-tours'] });
const syncState = (description: string) => Type.Enum(['running', 'paused'], { type: 'string', description });

export const SupplierQuery = Type.Object({
  supplier: Type.Optional(
    Type.String({
      maxLength: 200,
      description: "A supplier's id in the configuration. Defaults to all suppliers.",
      examples: ['sample-tours'],
    }),
  ),
});

const SupplierSyncState = component(
  'SupplierSyncState',
  Type.Object(
    { id: SupplierId, status: syncState('Whether the supplier is pulled.') },
    { description: 'Whether the sync of one supplier is paused.' },
  ),
);

const OverallState = syncState('`paused` if all suppliers are paused.');

export const SyncStates = component(
  'SyncStates',
  Type.Object(
    {
      status: OverallState,
      suppliers: Type.Array(SupplierSyncState, { description: 'All suppliers of the configuration, in its order.' }),
    },
    { description: 'Whether the sync is paused, overall and for each supplier.' },
  ),
);

const WriteBackCounts = component(
  'WriteBackCounts',
  Type.Object(
    {
      waiting: Type.Integer({ description: 'Write-backs that wait to be sent, or to be sent again.', examples: [0] }),
      parked: Type.Integer({
        description: 'Write-backs that failed too often or were rejected. `resume` sends them again.',
        examples: [0],
      }),
      reason: nullable(
        Type.String({
          description: 'Why a write-back is parked or, if none is, why one waits.',
          examples: ['POST failed with ECONNREFUSED'],
        }),
      ),
    },
    { description: 'Bookings and cancellations that have not reached the supplier.' },
  ),
);

const SupplierStatus = component(
  'SupplierStatus',
  Type.Object(
    {
      id: SupplierId,
      status: syncState('Whether the supplier is pulled.'),
      pull_limits: Type.Array(Type.String(), {
        description: 'The pull limits of the configuration. All of them apply together.',
        examples: [['30/1m']],
      }),
      pulls_in_window: Type.Integer({
        description: 'Pulls that count against the limit that is nearest to being used up.',
        examples: [12],
      }),
      pulls_in_windows: Type.Array(Type.Integer(), {
        description: 'Pulls that count against each limit, in the order of `pull_limits`.',
        examples: [[12]],
      }),
      next_pull_at: nullable(
        instant('When the limits allow the next pull; now if they allow it already, `null` while paused.'),
      ),
      backlog: Type.Integer({
        description:
          'Partitions that are past their target age or were never pulled. A partition is what one pull reads.',
        examples: [4],
      }),
      done: Type.Integer({ description: 'Partitions within their target age.', examples: [58] }),
      total: Type.Integer({ description: 'All partitions that the configuration requires.', examples: [62] }),
      last_pull_at: nullable(instant('When the last pull was reserved.')),
      last_error: nullable(
        Type.String({
          description: 'The last failure, with the name of its partition.',
          examples: ['14/2026-12-30: answered 500'],
        }),
      ),
      last_error_at: nullable(instant('When the last failure happened.')),
      oldest_observed_at: nullable(
        instant('The time as of which the oldest partition is true; `null` if none was ever pulled.'),
      ),
      write_backs: WriteBackCounts,
    },
    { description: 'The sync of one supplier.' },
  ),
);

const RemovedSupplier = component(
  'RemovedSupplier',
  Type.Object(
    {
      id: Type.String({ description: "The supplier's former id in the configuration.", examples: ['old-tours'] }),
      unsent: Type.Integer({ description: 'Bookings and cancellations that were not sent to it.', examples: [3] }),
    },
    { description: 'A supplier that is no longer configured. Configure it again to send what is left.' },
  ),
);

export const SyncStatus = component(
  'SyncStatus',
  Type.Object(
    {
      status: OverallState,
      now: instant("The database's clock, to which all other times refer."),
      suppliers: Type.Array(SupplierStatus, { description: 'All suppliers of the configuration, in its order.' }),
      removed: Type.Array(RemovedSupplier, {
        description: 'Suppliers that are no longer configured and have unsent bookings or cancellations, by id.',
      }),
    },
    { description: 'The state and the progress of the sync.' },
  ),
);

export const Greeting = Type.Object({ hello: Type.String() });
