import { requestedMaxAgeMs, VIEW_PROBLEMS } from '../../../freshness/index.ts';
import { Malformed, noSuch } from '../../../platform/errors.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { parseDate } from '../../../platform/time/timestamp.ts';
import { sendSupplied } from '../catalogue/supplied-answer.ts';
import * as schemas from './experience-schemas.ts';
import type { Experiences } from './experience-view.ts';

/** Routes of per-date suppliers' products. Bodies are written as text, because amounts are exact decimals. */
export function addExperienceRoutes(app: HttpServer, experiences: Experiences): void {
  const tags = ['Experiences'];

  app.get(
    '/api/v1/experiences',
    {
      config: { standsAlone: true },
      schema: {
        operationId: 'listExperiences',
        tags,
        summary: 'List experiences',
        description: 'Returns every experience that a supplier is configured for, with its supplier and time zone.',
        response: { 200: schemas.ExperienceList },
      },
    },
    async () => ({ experiences: [...experiences.list()] }),
  );

  app.get(
    '/api/v1/experience/:id/slots',
    {
      config: { cached: true, problems: [noSuch('experience'), ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'listExperienceSlots',
        tags,
        summary: 'List the slots of an experience on a date',
        description:
          'Returns all open slots of one date from memory, also those that are sold out. Holds count at once. A date ' +
          'that was never pulled has an empty list and `detail=never-pulled` in `Cache-Status`.',
        params: schemas.ExperienceParams,
        querystring: schemas.DateQuery,
        response: { 200: schemas.ExperienceSlots },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      const date = dateOf(request.query.date);
      return sendSupplied(request, reply, await experiences.slots(id, date, requestedMaxAgeMs(request)));
    },
  );

  app.get(
    '/api/v1/experience/:id/dates',
    {
      config: { cached: true, problems: [noSuch('experience'), ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'listExperienceDates',
        tags,
        summary: 'List the dates on which an experience is available',
        description:
          "Returns the dates that have units left, from today in the supplier's time zone to two months ahead, from " +
          'memory.',
        params: schemas.ExperienceParams,
        response: { 200: schemas.ExperienceDates },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      return sendSupplied(request, reply, await experiences.dates(id, requestedMaxAgeMs(request)));
    },
  );
}

function dateOf(text: string): Temporal.PlainDate {
  const date = parseDate(text);
  if (!date) throw new Malformed([{ path: 'query/date', message: schemas.NOT_A_DATE }]);
  return date;
}
