import { Type } from 'typebox';
import { CLIENT_OF_REQUEST, PROVIDER_OF_REQUEST } from '../../access/index.ts';
import { nullable } from '../../platform/http/openapi.ts';
import { CursorParameter, IdField, IdParameter, LimitParameter, VisibleText } from '../../platform/http/parameters.ts';

/** Schemas of single fields and parameters that several sub-folders and the fixed paths share. */

/** Options of an object that refuses unknown fields. */
export const strict = { additionalProperties: false };

/** The client and the provider that a request is for. */
export const RequestClientId = Type.Optional(IdField(CLIENT_OF_REQUEST, 1));
export const RequestProviderId = Type.Optional(IdField(PROVIDER_OF_REQUEST, 1));

export const ProviderId = IdField("The provider's id.", 1);
export const ClientId = IdField("The client's id.", 1);
export const SlotId = IdField("The slot's id.", 40);
export const ReservationId = IdField("The reservation's id.", 1);

export const ProviderParams = Type.Object({ id: IdParameter("The provider's id.", 1) });
export const ClientParams = Type.Object({ id: IdParameter("The client's id.", 1) });
export const SlotParams = Type.Object({ id: IdParameter("The slot's id.", 40) });
export const ReservationParams = Type.Object({ id: IdParameter("The reservation's id.", 1) });

const MAX_NAME_LENGTH = 200;

/** Names in a request. */
export const NameFields = {
  first_name: VisibleText(MAX_NAME_LENGTH, { description: 'The first name.', examples: ['Ada'] }),
  last_name: VisibleText(MAX_NAME_LENGTH, { description: 'The last name.', examples: ['Berg'] }),
};

/** A provider's time zone in a request. */
export const TimeZoneName = Type.String({
  maxLength: 64,
  description: "IANA time zone of the provider's times that have no offset. Defaults to UTC.",
  examples: ['Europe/Berlin'],
});

/** Names in an answer. */
export const FirstName = Type.String({ description: 'The first name.', examples: ['Jake'] });
export const LastName = Type.String({ description: 'The last name.', examples: ['Black'] });

/** A time in an answer, to the second. */
export const Time = (description: string, example: string) =>
  Type.String({ format: 'date-time', description: `${description}; UTC, to the second.`, examples: [example] });

export const StartTime = Time('When the slot starts', '2099-03-16T09:00:00Z');
export const EndTime = Time('When the slot ends', '2099-03-16T09:30:00Z');

/** A time in a request that is read in a provider's time zone. */
export const WrittenTime = (description: string, example: string) =>
  Type.String({
    maxLength: 40,
    description: `${description}. Without an offset or \`Z\`, it is in the provider's time zone.`,
    examples: [example],
  });

/** A moment in a query that names no provider. */
export const TimeParameter = (description: string, example: string) =>
  Type.String({ maxLength: 40, description: `${description}. Without an offset it is UTC.`, examples: [example] });

/** A bound of a list that may name a provider. */
export const BoundParameter = (description: string, example: string) =>
  Type.String({
    maxLength: 40,
    description: `${description}. Without an offset it is in the time zone of \`provider_id\`, or UTC if there is none.`,
    examples: [example],
  });

export const PageQuery = Type.Object({ cursor: Type.Optional(CursorParameter), limit: Type.Optional(LimitParameter) });

export const NextCursor = nullable(Type.String(), {
  description: 'The `cursor` of the next page; `null` on the last page.',
  examples: ['WzEwMF0'],
});
