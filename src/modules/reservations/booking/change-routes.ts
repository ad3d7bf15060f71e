import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { actorOf, clientIdOf, ownershipOf } from '../../../access/index.ts';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { type FailureType, NotFound, noSuch, unavailable } from '../../../platform/errors.ts';
import { answerWith } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { SlotTaken } from '../../inventory/index.ts';
import { ReservationParams } from '../field-schemas.ts';
import { sendBatched } from './batched-answer.ts';
import {
  type ChangeCommand,
  cancelReservation,
  extendReservation,
  rescheduleReservation,
} from './change-reservation.ts';
import type { HoldEngine } from './hold-engine.ts';
import type { ConfirmCommand } from './hold-store.ts';
import type { ReservationPolicy, Reservation as ReservationState } from './reservation.ts';
import {
  AlreadyConfirmed,
  AlreadyEnded,
  CannotMove,
  ForeignClient,
  HoldCannotGrow,
  HoldExpired,
  NotHeld,
  SlotClosed,
  SlotVersionChanged,
  TooSoon,
} from './reservation-failures.ts';
import { toReservationResponse } from './reservation-response.ts';
import { ChangeBody, RescheduleBody, Reservation } from './reservation-schemas.ts';
import { readReservation } from './reservation-view.ts';

interface ChangeRoutesDeps {
  readonly database: Database;
  readonly engine: HoldEngine;
  readonly policy: ReservationPolicy;
}

/** Changes of a reservation by its client under /api/v1: confirm, cancel, extend and reschedule. */
export function addChangeRoutes(app: HttpServer, { database, engine, policy }: ChangeRoutesDeps): void {
  const answerChange = (
    request: FastifyRequest,
    reply: FastifyReply,
    change: (tx: Tx) => Promise<ReservationState>,
  ): Promise<void> =>
    answerOnce(database, request, reply, async (tx) => answerWith(reply, 200, toReservationResponse(await change(tx))));

  app.post(
    '/api/v1/reservations/:id/confirm',
    changeOperation(
      {
        operationId: 'confirmReservation',
        summary: 'Confirm a hold',
        description: 'Confirms a hold before it expires. A priced reservation also becomes an order.',
        body: ChangeBody,
      },
      [AlreadyConfirmed, HoldExpired, unavailable('overloaded')],
    ),
    async (request, reply) => {
      const command = await confirmCommandOf(database, request);
      const { clientId } = ownershipOf(request.principal);
      return sendBatched(request, reply, {
        run: engine.confirm,
        command,
        answer: (reservation) => answerWith(reply, 200, toReservationResponse(reservation)),
        // A client does not learn of reservations of others.
        refuse: (refusal) =>
          clientId !== null && refusal instanceof ForeignClient
            ? new NotFound('reservation', command.reservationId)
            : refusal,
      });
    },
  );

  app.post(
    '/api/v1/reservations/:id/cancel',
    changeOperation(
      {
        operationId: 'cancelReservation',
        summary: 'Cancel a reservation',
        description:
          'Cancels a hold or a confirmed reservation. Its units are free at once. Repeating the request has no further ' +
          'effect and returns the same answer. An expired reservation, or one in conflict, has already ended: 409.',
        body: ChangeBody,
      },
      [],
    ),
    async (request, reply) => {
      const command = await commandOf(database, request);
      return answerChange(request, reply, (tx) => cancelReservation(tx, command));
    },
  );

  app.post(
    '/api/v1/reservations/:id/extend',
    changeOperation(
      {
        operationId: 'extendReservation',
        summary: 'Extend a hold',
        description: 'Starts the life of a hold again from now, up to a ceiling and to the start of its slot.',
        body: ChangeBody,
      },
      [NotHeld, HoldExpired, HoldCannotGrow],
    ),
    async (request, reply) => {
      const command = await commandOf(database, request);
      return answerChange(request, reply, (tx) => extendReservation(tx, command, policy));
    },
  );

  app.post(
    '/api/v1/reservations/:id/reschedule',
    changeOperation(
      {
        operationId: 'rescheduleReservation',
        summary: 'Move a reservation to another slot',
        description: 'Moves a hold or a confirmed reservation. It leaves its slot only if it gets the other one.',
        body: RescheduleBody,
      },
      [noSuch('slot'), HoldExpired, SlotTaken, SlotClosed, SlotVersionChanged, CannotMove, TooSoon],
    ),
    async (request, reply) => {
      const { slot_id, version } = request.body;
      const command = { ...(await commandOf(database, request)), slotId: slot_id, version };
      return answerChange(request, reply, (tx) => rescheduleReservation(tx, command, policy));
    },
  );
}

interface Documentation<Body extends TSchema> {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly body: Body;
}

/** The route options that all changes share, with those of one change. */
function changeOperation<Body extends TSchema>(documentation: Documentation<Body>, problems: readonly FailureType[]) {
  const shared = [noSuch('client'), noSuch('reservation'), ForeignClient, AlreadyEnded];
  return {
    config: { problems: [...shared, ...problems] },
    schema: {
      ...documentation,
      tags: ['Reservations'],
      params: ReservationParams,
      response: { 200: Reservation },
    },
  };
}

interface ChangeRequest extends FastifyRequest {
  readonly params: { readonly id: string };
  readonly body: { readonly client_id?: number };
}

/**
 * The change that a request asks for. A client may leave its own id out, and a provider that of the client.
 *
 * @throws Forbidden when a client names another one; NotFound when the reservation is not its own either
 */
async function commandOf(database: Database, { principal, params, body }: ChangeRequest): Promise<ChangeCommand> {
  const reservationId = idOf(params.id, 'params/id');
  const ownership = ownershipOf(principal);
  const actor = actorOf(principal);
  const { client_id } = body;
  if (ownership.providerId !== null) return { reservationId, clientId: client_id, ownership, actor };
  if (ownership.clientId !== null && client_id !== undefined && client_id !== ownership.clientId) {
    // Nothing is done after this read: it only decides how the request is refused.
    await database.read((reader) => readReservation(reader, reservationId, ownership));
  }
  return { reservationId, clientId: clientIdOf(principal, client_id, '/client_id'), ownership, actor };
}

/** The confirmation that a request asks for. No provider may send one. */
async function confirmCommandOf(database: Database, request: ChangeRequest): Promise<ConfirmCommand> {
  const { reservationId, clientId, actor } = await commandOf(database, request);
  if (clientId === undefined) throw new Error('a confirmation without a client reached its route');
  return { reservationId, clientId, actor };
}
