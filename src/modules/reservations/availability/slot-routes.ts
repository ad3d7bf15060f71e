import type { FastifyRequest } from 'fastify';
import { readyBody, requestedMaxAgeMs, type Served, sendCached } from '../../../freshness/index.ts';
import { answerWith, linkNext, readCursor, sendAnswer, writeCursor } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf, instantOf, limitOf, Problems } from '../../../platform/http/parameters.ts';
import { parsePrice } from '../../inventory/index.ts';
import * as schemas from '../reservation-schemas.ts';
import type { ReservationsDeps } from '../reservations-deps.ts';
import { toReservation, toSlot } from '../response-mappers.ts';
import { type AvailableSlot, listSlots, readSlot, type SlotFilter, type SlotPosition } from './availability-view.ts';
import { blockAvailability, offerAvailability } from './offer-availability.ts';
import type { Timetable } from './timetable.ts';

interface FoundSlots {
  readonly rows: readonly AvailableSlot[];
  /** How memory answered, where it did. */
  readonly served: Served<Timetable> | undefined;
}

/** Offering, blocking and listing time under /api/v1. */
export function addSlotRoutes(app: HttpServer, deps: ReservationsDeps): void {
  const { database, timetables, clock, slotLengthMs } = deps;
  const tags = ['Slots'];

  app.post(
    '/api/v1/providers/:id/availability',
    {
      schema: {
        tags,
        summary: "Offer a provider's time: several ranges, breaks, weekly repetition",
        params: schemas.IdParams,
        body: schemas.OfferBody,
        response: { 201: schemas.Offered, ...Problems },
      },
    },
    (request, reply) => {
      const providerId = idOf(request.params.id, 'params/id');
      const { ranges, breaks = [], slot_minutes, capacity = 1, price, repeat_weekly_until } = request.body;
      const offer = {
        ranges,
        breaks,
        capacity,
        price: parsePrice(price),
        slotLengthMs: slot_minutes === undefined ? slotLengthMs : slot_minutes * 60_000,
        repeatWeeklyUntil: repeat_weekly_until,
      };
      return answerOnce(database, request, reply, async (tx) => {
        const { slots } = await offerAvailability(tx, providerId, offer);
        return answerWith(reply, 201, { slots: slots.map(toSlot) });
      });
    },
  );

  app.delete(
    '/api/v1/providers/:id/availability',
    {
      schema: {
        tags,
        summary: 'Take time back; its live reservations stay or are cancelled',
        params: schemas.IdParams,
        querystring: schemas.BlockQuery,
        response: { 200: schemas.Blocked, ...Problems },
      },
    },
    async (request) => {
      const providerId = idOf(request.params.id, 'params/id');
      const { start, end, reservations = 'keep' } = request.query;
      const range = { start_time: start, end_time: end };
      const blocked = await database.transaction((tx) => blockAvailability(tx, providerId, range, reservations));
      return {
        slots: blocked.slots.map(toSlot),
        kept: blocked.kept.map(toReservation),
        cancelled: blocked.cancelled.map(toReservation),
      };
    },
  );

  /** A provider's free slots are in memory; every other question goes to the database. */
  async function findSlots(request: FastifyRequest, filter: SlotFilter): Promise<FoundSlots> {
    const { providerId, onlyAvailable } = filter;
    if (providerId === undefined || !onlyAvailable) {
      return { rows: await database.read((reader) => listSlots(reader, filter)), served: undefined };
    }
    const served = await timetables.get(providerId, requestedMaxAgeMs(request));
    return { rows: served.value?.available(clock.latestMs(), filter) ?? [], served };
  }

  app.get(
    '/api/v1/slots',
    {
      schema: {
        tags,
        summary: 'List slots by start, with what is free of each',
        querystring: schemas.SlotQuery,
        response: { 200: schemas.SlotPage, ...Problems },
      },
    },
    async (request, reply) => {
      const { provider_id, from, to, available, cursor, limit } = request.query;
      const pageSize = limitOf(limit);
      const filter = {
        providerId: provider_id === undefined ? undefined : idOf(provider_id, 'query/provider_id'),
        from: from === undefined ? undefined : instantOf(from, 'query/from'),
        to: to === undefined ? undefined : instantOf(to, 'query/to'),
        onlyAvailable: available === 'true',
        after: cursor === undefined ? undefined : readPosition(cursor),
        limit: pageSize + 1,
      };
      const { rows, served } = await findSlots(request, filter);
      const slots = rows.slice(0, pageSize);
      const last = rows.length > pageSize ? slots.at(-1) : undefined;
      const next = last === undefined ? null : writeCursor([last.start_time, last.slot_id]);
      linkNext(request, reply, next);
      const answer = answerWith(reply, 200, { slots: slots.map(toSlot), next_cursor: next });
      // The validator is of the text: what is free changes with time alone, and each filter leaves out something else.
      if (served) sendCached(request, reply, served, readyBody(answer.body), 'revalidate');
      else sendAnswer(reply, answer);
    },
  );

  app.get(
    '/api/v1/slots/:id',
    {
      schema: {
        tags,
        summary: 'Read a slot, with what is free of it',
        params: schemas.IdParams,
        response: { 200: schemas.Slot, ...Problems },
      },
    },
    async (request) => {
      const slotId = idOf(request.params.id, 'params/id');
      return toSlot(await database.read((reader) => readSlot(reader, slotId)));
    },
  );
}

function readPosition(cursor: string): SlotPosition {
  const [startTime = '', slotId = ''] = readCursor(cursor, [/^\d{4}-\d{2}-\d{2}T[\d:.]{8,15}Z$/, /^\d{1,16}$/]);
  return { startTime: instantOf(startTime, 'query/cursor'), slotId: idOf(slotId, 'query/cursor') };
}
