import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestedMaxAgeMs, sendValidated } from '../../../freshness/index.ts';
import { Malformed } from '../../../platform/errors.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf, Problems } from '../../../platform/http/parameters.ts';
import { parseDate } from '../../../platform/time/instant.ts';
import * as schemas from '../supply-schemas.ts';
import type { Experiences, SuppliedAnswer } from './experience-view.ts';
import { tellSupplyAge } from './supplied-answer.ts';

/** Products of per-date suppliers. Bodies are texts, as their amounts are exact decimals. */
export function addExperienceRoutes(app: HttpServer, experiences: Experiences): void {
  const tags = ['Experiences'];

  app.get(
    '/api/v1/experiences',
    {
      schema: {
        tags,
        summary: 'List the experiences that suppliers are configured for, by id',
        response: { 200: schemas.ExperienceList, ...Problems },
      },
    },
    async () => ({ experiences: [...experiences.list()] }),
  );

  app.get(
    '/api/v1/experience/:id/slots',
    {
      schema: {
        tags,
        summary: "An experience's slots on one day, from memory",
        params: schemas.ExperienceParams,
        querystring: schemas.DateQuery,
        response: { 200: schemas.ExperienceSlots, ...Problems },
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
      schema: {
        tags,
        summary: 'The days of the next two months on which an experience can be had, from memory',
        params: schemas.ExperienceParams,
        response: { 200: schemas.ExperienceDates, ...Problems },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      return sendSupplied(request, reply, await experiences.dates(id, requestedMaxAgeMs(request)));
    },
  );
}

export function sendSupplied(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, age, how }: SuppliedAnswer,
): FastifyReply {
  tellSupplyAge(reply, how, age);
  return sendValidated(request, reply, body);
}

function dateOf(text: string): Temporal.PlainDate {
  const date = parseDate(text);
  if (!date) throw new Malformed([{ path: 'query/date', message: 'is not a date such as 2026-12-30' }]);
  return date;
}
