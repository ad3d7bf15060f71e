import { actorOf } from '../../../access/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { noSuch } from '../../../platform/errors.ts';
import { answerWith } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { AmountTooFine, parsePrice, SlotsOverlap } from '../../inventory/index.ts';
import { toReservationResponse } from '../booking/reservation-response.ts';
import { ProviderParams } from '../field-schemas.ts';
import { requireOwnProvider } from '../people/own-provider.ts';
import { TimeRefused } from '../times/time-failures.ts';
import { RangeRefused } from './availability-failures.ts';
import { offerAvailability } from './offer-availability.ts';
import type { WrittenRange } from './plan/offer.ts';
import { writtenRange } from './plan/written-range.ts';
import { toSlotResponse } from './slot-response.ts';
import { OfferBody, OfferedSlots, WithdrawnTime, WithdrawQuery } from './slot-schemas.ts';
import { withdrawAvailability } from './withdraw-availability.ts';

interface OfferRoutesDeps {
  readonly database: Database;
  /** Length of a slot when a request has none. */
  readonly slotLengthMs: number;
}

/** A provider's time under /api/v1: offer and withdraw. */
export function addOfferRoutes(app: HttpServer, { database, slotLengthMs }: OfferRoutesDeps): void {
  const tags = ['Availability'];

  app.post(
    '/api/v1/providers/:id/availability',
    {
      config: { problems: [noSuch('provider'), SlotsOverlap, AmountTooFine, RangeRefused, TimeRefused] },
      schema: {
        operationId: 'offerAvailability',
        tags,
        summary: "Offer a provider's time",
        description:
          'Cuts ranges into slots, with breaks and weekly repetition. Existing slots with the same times, capacity and ' +
          'price are kept. Occurrences of a repetition that a clock change makes impossible are left out and listed.',
        params: ProviderParams,
        body: OfferBody,
        response: { 201: OfferedSlots },
      },
    },
    (request, reply) => {
      const providerId = idOf(request.params.id, 'params/id');
      const { ranges, breaks = [], slot_minutes, capacity = 1, price, repeat_weekly_until } = request.body;
      const offer = {
        ranges: ranges.map((range, index) => writtenRange('range', `/ranges/${index}`, range)),
        breaks: breaks.map((pause, index) => writtenRange('break', `/breaks/${index}`, pause)),
        capacity,
        price: parsePrice(price),
        slotLengthMs: slot_minutes === undefined ? slotLengthMs : slot_minutes * 60_000,
        repeatWeeklyUntil: repeat_weekly_until,
      };
      return answerOnce(database, request, reply, async (tx) => {
        await requireOwnProvider(tx, request.principal, providerId);
        const { slots, skipped } = await offerAvailability(tx, providerId, offer, actorOf(request.principal));
        return answerWith(reply, 201, { slots: slots.map(toSlotResponse), skipped });
      });
    },
  );

  app.delete(
    '/api/v1/providers/:id/availability',
    {
      config: { problems: [noSuch('provider'), RangeRefused, TimeRefused] },
      schema: {
        operationId: 'withdrawAvailability',
        tags,
        summary: "Withdraw a provider's time",
        description: 'Closes all slots that touch a range. Their live reservations are kept or cancelled.',
        params: ProviderParams,
        querystring: WithdrawQuery,
        response: { 200: WithdrawnTime },
      },
    },
    async (request) => {
      const providerId = idOf(request.params.id, 'params/id');
      const { start, end, reservations = 'keep' } = request.query;
      const range: WrittenRange = {
        kind: 'range',
        path: 'query/end',
        start: { text: start, path: 'query/start' },
        end: { text: end, path: 'query/end' },
      };
      const { principal } = request;
      const withdrawn = await database.transaction(async (tx) => {
        await requireOwnProvider(tx, principal, providerId);
        return withdrawAvailability(tx, providerId, range, reservations, actorOf(principal));
      });
      return {
        slots: withdrawn.slots.map(toSlotResponse),
        kept: withdrawn.kept.map(toReservationResponse),
        cancelled: withdrawn.cancelled.map(toReservationResponse),
      };
    },
  );
}
