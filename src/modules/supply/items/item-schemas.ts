import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { IdField } from '../../../platform/http/parameters.ts';

const instant = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-12-30T10:00:00Z'] });

const ItemPrice = component(
  'ItemPrice',
  Type.Object(
    {
      amount: Type.Number({ description: 'Exact decimal.', examples: [64] }),
      currency: Type.String({ description: 'ISO 4217 code.', examples: ['SGD'] }),
    },
    { description: 'The price of one unit.' },
  ),
);

const Item = component(
  'Item',
  Type.Object(
    {
      item_id: IdField("The item's id, for bookings.", 920),
      name: nullable(Type.String({ description: "The item's name.", examples: ['Harbour kayak tour, 2 h'] })),
      starts_at: instant('Start, UTC.'),
      ends_at: instant('End, UTC.'),
      remaining: Type.Integer({ description: 'Units that can be booked now.', examples: [12] }),
      price: ItemPrice,
    },
    { description: 'Something that a snapshot supplier sells.' },
  ),
);

export const ItemList = component(
  'ItemList',
  Type.Object(
    {
      items: Type.Array(Item, { description: 'Items with at least one unit left that have not started, by start.' }),
      observed_at: nullable(instant("The time as of which the oldest supplier's data is true.")),
      next_pull_at: nullable(instant('When the next pull is allowed; `null` while all suppliers are paused.')),
    },
    { description: 'The items that can be booked now, and the age of the data.' },
  ),
);

export const FetchStatus = component(
  'FetchStatus',
  Type.Object(
    {
      lastFetchedTime: nullable(instant('The time as of which the oldest data is true; `null` before the first pull.')),
      nextFetchTime: nullable(instant('When the next pull is allowed; `null` while all suppliers are paused.')),
    },
    { description: 'When the items were pulled, and when they may be pulled next.' },
  ),
);
