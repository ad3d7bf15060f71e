import type { FastifyRequest } from 'fastify';
import { readyBody, requestedMaxAgeMs, type Served, sendCached, VIEW_PROBLEMS } from '../../../freshness/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import { NotFound, noSuch } from '../../../platform/errors.ts';
import { answerWith, linkNext, readCursor, sendAnswer, writeCursor } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf, instantOf, limitOf } from '../../../platform/http/parameters.ts';
import { SlotParams } from '../field-schemas.ts';
import { readProvider } from '../people/provider-store.ts';
import { readBounds, type WrittenBounds } from '../times/read-time.ts';
import { TimeRefused } from '../times/time-failures.ts';
import { type AvailableSlot, listSlots, readSlot, type SlotFilter, type SlotPosition } from './availability-view.ts';
import { toSlotResponse } from './slot-response.ts';
import { Slot, SlotPage, SlotQuery } from './slot-schemas.ts';
import type { Timetable } from './timetable.ts';
import type { TimetableView } from './timetable-view.ts';

interface SlotRoutesDeps {
  readonly database: Database;
  readonly timetables: TimetableView;
  readonly clock: DatabaseClock;
}

type Query = Omit<SlotFilter, 'from' | 'to'>;

interface FoundSlots {
  readonly rows: readonly AvailableSlot[];
  /** How the view answered; `undefined` when the slots come from the database. */
  readonly served: Served<Timetable> | undefined;
}

/** Slots under /api/v1: list and read. */
export function addSlotRoutes(app: HttpServer, { database, timetables, clock }: SlotRoutesDeps): void {
  const tags = ['Availability'];

  /** Finds one provider's free slots in memory, and any other slots in the database. @throws NotFound, TimeRefused */
  async function findSlots(request: FastifyRequest, written: WrittenBounds, query: Query): Promise<FoundSlots> {
    const { providerId, onlyAvailable } = query;
    if (providerId === undefined || !onlyAvailable) {
      const rows = await database.read(async (reader) => {
        const zone = providerId === undefined ? 'UTC' : (await readProvider(reader, providerId)).time_zone;
        return listSlots(reader, { ...query, ...readBounds(written, zone) });
      });
      return { rows, served: undefined };
    }
    const served = await timetables.get(providerId, requestedMaxAgeMs(request));
    const timetable = served.value;
    if (!timetable) throw new NotFound('provider', providerId);
    const bounds = readBounds(written, timetable.timeZone);
    return { rows: timetable.available(clock.latestMs(), { ...query, ...bounds }), served };
  }

  app.get(
    '/api/v1/slots',
    {
      config: { cached: true, paged: true, problems: [noSuch('provider'), TimeRefused, ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'listSlots',
        tags,
        summary: 'List slots',
        description:
          'Lists slots with their free units by start, a page at a time. With `provider_id` and `available=true` the ' +
          'answer comes from memory and has `Age`, `ETag` and `Cache-Status`; otherwise it is read from the database.',
        querystring: SlotQuery,
        response: { 200: SlotPage },
      },
    },
    async (request, reply) => {
      const { provider_id, available, cursor, limit } = request.query;
      const pageSize = limitOf(limit);
      // A malformed time is reported before an unknown provider.
      readBounds(request.query, 'UTC');
      const query = {
        providerId: provider_id === undefined ? undefined : idOf(provider_id, 'query/provider_id'),
        onlyAvailable: available === 'true',
        after: cursor === undefined ? undefined : readPosition(cursor),
        limit: pageSize + 1,
      };
      const { rows, served } = await findSlots(request, request.query, query);
      const slots = rows.slice(0, pageSize);
      const last = rows.length > pageSize ? slots.at(-1) : undefined;
      const next = last === undefined ? null : writeCursor([last.start_time, last.slot_id]);
      linkNext(request, reply, next);
      const answer = answerWith(reply, 200, { slots: slots.map(toSlotResponse), next_cursor: next });
      // The validator is computed from the text, because free slots change with time alone and each filter has its own.
      if (served) return sendCached(request, reply, served, readyBody(answer.body), 'revalidate');
      return sendAnswer(reply, answer);
    },
  );

  app.get(
    '/api/v1/slots/:id',
    {
      config: { problems: [noSuch('slot')] },
      schema: {
        operationId: 'getSlot',
        tags,
        summary: 'Get a slot',
        description: 'Returns one slot with its free units.',
        params: SlotParams,
        response: { 200: Slot },
      },
    },
    async (request) => {
      const slotId = idOf(request.params.id, 'params/id');
      return toSlotResponse(await database.read((reader) => readSlot(reader, slotId)));
    },
  );
}

function readPosition(cursor: string): SlotPosition {
  const [startTime = '', slotId = ''] = readCursor(cursor, [/^\d{4}-\d{2}-\d{2}T[\d:.]{8,15}Z$/, /^\d{1,16}$/]);
  return { startTime: instantOf(startTime, 'query/cursor'), slotId: idOf(slotId, 'query/cursor') };
}
