import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { ERROR_MESSAGE, IdField, IdParameter } from '../../../platform/http/parameters.ts';

export const NOT_A_DATE = 'must be a date such as 2026-12-30';

const ProductId = IdField("The experience's id, which is the supplier's product id.", 15);
const UpstreamId = (description: string, example: string | number) =>
  Type.Union([Type.String(), Type.Number()], { description, examples: [example] });
const amount = (description: string, example = 40) => Type.Number({ description, examples: [example] });
const Currency = Type.String({ description: 'ISO 4217 code.', examples: ['SGD'] });
const CalendarDate = Type.String({
  format: 'date',
  description: "Date in the supplier's time zone.",
  examples: ['2026-12-27'],
});
const clockTime = (description: string, example: string) => Type.String({ description, examples: [example] });
const Remaining = Type.Integer({ description: 'Units that can be reserved now.', examples: [12] });

export const ExperienceParams = Type.Object({
  id: IdParameter("The experience's id, which is the supplier's product id.", 15),
});
/** The route's own parser also refuses days that their month does not have. */
export const DateQuery = Type.Object({
  date: Type.String({
    format: 'date',
    description: "The date in the supplier's time zone.",
    examples: ['2026-12-27'],
    [ERROR_MESSAGE]: NOT_A_DATE,
  }),
});

const ExperiencePrice = component(
  'ExperiencePrice',
  Type.Object(
    {
      finalPrice: amount('Price to pay. Exact decimal.'),
      originalPrice: amount('Price before any discount. Exact decimal.', 44.5),
      currencyCode: Currency,
    },
    { description: 'The price of one unit of the primary pax type.' },
  ),
);

const PaxPrice = component(
  'PaxPrice',
  Type.Object(
    {
      finalPrice: amount('Price to pay. Exact decimal.'),
      originalPrice: amount('Price before any discount. Exact decimal.', 44.5),
      discount: amount('Discount as the supplier states it. Exact decimal.', 4.5),
      currencyCode: Currency,
    },
    { description: 'The price of one unit of a pax type.' },
  ),
);

const PaxAvailability = component(
  'PaxAvailability',
  Type.Object(
    {
      type: Type.String({ description: 'Identifies the pax type within its slot.', examples: ['ADULT_12~99'] }),
      name: Type.String({ description: 'Name for display. Two pax types may share one.', examples: ['Adult'] }),
      description: Type.String({ description: 'Who the pax type is for.', examples: ['12-99 years'] }),
      isPrimary: Type.Boolean({ description: "Whether its price is the slot's `price`." }),
      min: Type.Integer({ description: 'Fewest units of this pax type in one reservation.', examples: [1] }),
      max: Type.Integer({ description: 'Most units of this pax type in one reservation.', examples: [20] }),
      remaining: Remaining,
      price: PaxPrice,
    },
    { description: 'A group of people with a price of its own, such as adults.' },
  ),
);

const ExperienceSlot = component(
  'ExperienceSlot',
  Type.Object(
    {
      id: IdField('The slot id, for reservations.', 937),
      startDate: CalendarDate,
      startTime: clockTime("Start on the supplier's clock.", '10:30'),
      endTime: clockTime("End on the supplier's clock.", '11:30'),
      providerSlotId: UpstreamId("The supplier's own id of the slot, unchanged.", '225532707687_2026-12-27T10:30'),
      variantId: nullable(UpstreamId("The supplier's own id of the variant, unchanged.", 7)),
      remaining: Remaining,
      currencyCode: Currency,
      price: ExperiencePrice,
      paxAvailability: Type.Array(PaxAvailability, { description: "The pax types, in the supplier's order." }),
    },
    { description: 'A slot of an experience.' },
  ),
);

export const ExperienceSlots = component(
  'ExperienceSlots',
  Type.Object(
    { id: ProductId, slots: Type.Array(ExperienceSlot, { description: 'The slots of the date, by start.' }) },
    { description: 'The slots of an experience on one date.' },
  ),
);

const ExperienceDate = component(
  'ExperienceDate',
  Type.Object({ date: CalendarDate, price: ExperiencePrice }, { description: 'A date and the lowest price on it.' }),
);

export const ExperienceDates = component(
  'ExperienceDates',
  Type.Object(
    {
      dates: Type.Array(ExperienceDate, {
        description: 'Dates with at least one unit left, ascending, each with the lowest primary price available.',
      }),
    },
    { description: 'The dates on which an experience is available.' },
  ),
);

const Experience = component(
  'Experience',
  Type.Object(
    {
      id: ProductId,
      supplier: Type.String({ description: "The supplier's id in the configuration.", examples: ['sample-tours'] }),
      time_zone: Type.String({
        description: 'Time zone of its dates and clock times (tz database).',
        examples: ['Asia/Singapore'],
      }),
    },
    { description: 'A product that a supplier sells by date and slot.' },
  ),
);

export const ExperienceList = component(
  'ExperienceList',
  Type.Object(
    { experiences: Type.Array(Experience, { description: 'All configured experiences, by id.' }) },
    { description: 'The experiences that suppliers are configured for.' },
  ),
);
