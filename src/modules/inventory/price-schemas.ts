import { Type } from 'typebox';
import { component } from '../../platform/http/openapi.ts';
import { ERROR_MESSAGE } from '../../platform/http/parameters.ts';

/** The price of one unit in a request. */
export const PriceField = component(
  'OfferedPrice',
  Type.Object(
    {
      amount: Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 100_000_000_000,
        description: `Price of one unit; an exact decimal with no fraction of the currency's minor unit.`,
        examples: [25.5],
      }),
      currency: Type.String({
        pattern: '^[A-Z]{3}$',
        description: 'ISO 4217 code.',
        examples: ['EUR'],
        [ERROR_MESSAGE]: 'must be three capital letters',
      }),
    },
    { additionalProperties: false, description: 'Price of one unit. Leave it out when units are free.' },
  ),
);

/** The price of one unit in an answer. */
export const UnitPrice = component(
  'UnitPrice',
  Type.Object(
    {
      amount: Type.Number({ description: 'Price of one unit; an exact decimal.', examples: [25.5] }),
      currency: Type.String({ description: 'ISO 4217 code.', examples: ['EUR'] }),
    },
    { description: 'The price of one unit.' },
  ),
);
