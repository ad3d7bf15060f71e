import { describe, expect, it } from 'vitest';
import type { Supplier } from '../modules/supply/supplier/supplier.ts';
import { ConfigError } from './config-error.ts';
import { readSuppliersFile } from './suppliers-file.ts';

const TOURS = {
  id: 'city-tours',
  adapter: 'per-date',
  base_url: 'http://127.0.0.1:4100',
  pull_limits: ['30/1m'],
  products: [14, 15],
};
const VENUE = { id: 'venue', adapter: 'snapshot', base_url: 'https://venue.example/api/', pull_limits: ['1/1h'] };
const ENV = { CITY_TOURS_KEY: 'hunter2', BROKEN_KEY: 'hunter2\n', EMPTY_KEY: '' };

const read = (...suppliers: unknown[]): readonly Supplier[] => readSuppliersFile(JSON.stringify(suppliers), ENV);

describe('readSuppliersFile', () => {
  it('readSuppliersFile reads every key', () => {
    const cadence = [
      { days: [0, 2], every: '30s' },
      { days: [3, 60], every: '7d' },
    ];
    const [supplier] = read({
      ...TOURS,
      api_key_env: 'CITY_TOURS_KEY',
      pull_limits: ['3/1s', '100/1m', '2000/1d'],
      time_zone: 'Asia/Singapore',
      cadence,
    });
    expect({ ...supplier, apiKey: supplier?.apiKey?.reveal() }).toEqual({
      id: 'city-tours',
      adapter: 'per-date',
      baseUrl: 'http://127.0.0.1:4100',
      apiKey: 'hunter2',
      pullLimits: [
        { pulls: 3, windowMs: 1_000 },
        { pulls: 100, windowMs: 60_000 },
        { pulls: 2_000, windowMs: 86_400_000 },
      ],
      products: [14, 15],
      timeZone: 'Asia/Singapore',
      cadence: [
        { days: [0, 2], everyMs: 30_000 },
        { days: [3, 60], everyMs: 604_800_000 },
      ],
    });
  });

  it('readSuppliersFile has defaults for optional keys', () => {
    const [tours, venue] = read(TOURS, VENUE);
    expect(tours).toMatchObject({ apiKey: undefined, timeZone: 'UTC' });
    expect(tours?.cadence).toEqual([
      { days: [0, 0], everyMs: 900_000 },
      { days: [1, 7], everyMs: 14_400_000 },
      { days: [8, 30], everyMs: 86_400_000 },
    ]);
    expect(venue).toMatchObject({ baseUrl: 'https://venue.example/api', products: [], cadence: [], timeZone: 'UTC' });
    expect(read()).toEqual([]);
  });

  const rule = (from: number, to: number) => ({ days: [from, to], every: '1h' });

  it.each<readonly [readonly unknown[], string]>([
    [[null], 'supplier 1: must be a JSON object'],
    [[[]], 'supplier 1: must be a JSON object'],
    [[{}], 'supplier 1, id: must be 1 to 63 letters, digits, - and _, not nothing'],
    [[TOURS, { ...VENUE, id: 'a\nb' }], 'supplier 2, id: must be 1 to 63 letters, digits, - and _, not "a\\nb"'],
    [[VENUE, VENUE], 'supplier venue, id: is used by two suppliers'],
    [[{ ...VENUE, colour: 'red' }], 'supplier venue, "colour": is not a known key; use id, adapter'],
    [[{ ...VENUE, adapter: 'soap' }], 'supplier venue, adapter: must be per-date or snapshot, not "soap"'],
    [[{ ...VENUE, adapter: undefined }], 'supplier venue, adapter: must be per-date or snapshot, not nothing'],
    [[{ ...VENUE, products: [] }], 'supplier venue, products: is allowed for per-date suppliers only'],
    [[{ ...VENUE, cadence: [] }], 'supplier venue, cadence: is allowed for per-date suppliers only'],
    ...[
      'ftp://a',
      'a',
      '//a',
      'http://a?',
      'http://a?x=1',
      'http://a#',
      'http://me:hunter2@a',
      'http://me@a',
      ' http://a',
      7,
    ].map((base_url) => [[{ ...VENUE, base_url }], 'supplier venue, base_url: must be an http or https URL'] as const),
    [
      [{ ...VENUE, api_key_env: 'hunter2' }],
      'supplier venue, api_key_env: must be the name of an environment variable',
    ],
    [[{ ...VENUE, api_key_env: 'NO_KEY' }], 'supplier venue, api_key_env: names NO_KEY, which is not set'],
    [[{ ...VENUE, api_key_env: 'EMPTY_KEY' }], 'supplier venue, api_key_env: names EMPTY_KEY, which is not set'],
    [
      [{ ...VENUE, api_key_env: 'BROKEN_KEY' }],
      'supplier venue, api_key_env: names BROKEN_KEY, whose value cannot be sent',
    ],
    [
      [{ ...VENUE, pull_limits: undefined }],
      'supplier venue, pull_limits: must be a list of limits such as "30/1m", not empty',
    ],
    [
      [{ ...VENUE, pull_limits: [] }],
      'supplier venue, pull_limits: must be a list of limits such as "30/1m", not empty',
    ],
    [
      [{ ...VENUE, pull_limits: '1/1h' }],
      'supplier venue, pull_limits: must be a list of limits such as "30/1m", not empty',
    ],
    ...['1', '0/1m', '1/0s', '1/m', '-1/1m', '1/61d', '1 / 1m', 1, null].map(
      (limit) =>
        [
          [{ ...VENUE, pull_limits: ['1/1h', limit] }],
          `supplier venue, pull_limits: must contain limits such as "30/1m", not ${JSON.stringify(limit)}`,
        ] as const,
    ),
    [[{ ...TOURS, products: undefined }], 'supplier city-tours, products: must be a list of product ids, not empty'],
    [[{ ...TOURS, products: [] }], 'supplier city-tours, products: must be a list of product ids, not empty'],
    ...['14', 0, -1, 1.5, 2 ** 53, null].map(
      (product) =>
        [
          [{ ...TOURS, products: [product] }],
          `supplier city-tours, products: must contain whole numbers from 1 to 2^53-1, not ${JSON.stringify(product)}`,
        ] as const,
    ),
    [[{ ...TOURS, products: [14, 14] }], 'supplier city-tours, products: must not contain 14 twice'],
    [
      [TOURS, { ...TOURS, id: 'other' }],
      'supplier other, products: must not contain 14, which supplier city-tours sells',
    ],
    [
      [{ ...VENUE, time_zone: 'Mars/Base' }],
      'supplier venue, time_zone: must be a time zone such as Asia/Singapore, not "Mars/Base"',
    ],
    [
      [{ ...VENUE, time_zone: '+08:00' }],
      'supplier venue, time_zone: must be a time zone such as Asia/Singapore, not "+08:00"',
    ],
    [[{ ...TOURS, cadence: [] }], 'supplier city-tours, cadence: must be a list of rules, not empty'],
    [[{ ...TOURS, cadence: [rule(1, 2)] }], 'cadence: rule {"days":[1,2],"every":"1h"} must start at day 0'],
    [
      [{ ...TOURS, cadence: [rule(0, 2), rule(2, 3)] }],
      'cadence: rule {"days":[2,3],"every":"1h"} must start at day 3',
    ],
    [
      [{ ...TOURS, cadence: [rule(0, 2), rule(4, 5)] }],
      'cadence: rule {"days":[4,5],"every":"1h"} must start at day 3',
    ],
    [
      [{ ...TOURS, cadence: [rule(0, 2), rule(3, 2)] }],
      'cadence: rule {"days":[3,2],"every":"1h"} must not end before it starts',
    ],
    [[{ ...TOURS, cadence: [rule(0, 61)] }], 'up to day 60, not {"days":[0,61],"every":"1h"}'],
    [[{ ...TOURS, cadence: [{ ...rule(0, 1), every: '0s' }] }], 'must contain rules such as'],
    [[{ ...TOURS, cadence: [{ ...rule(0, 1), from: 1 }] }], 'must contain rules such as'],
    [[{ ...TOURS, cadence: [{ ...rule(0, 1), days: [0, 1, 2] }] }], 'must contain rules such as'],
    [
      [{ ...TOURS, cadence: [null] }],
      'cadence: must contain rules such as {"days":[1,7],"every":"4h"}, up to day 60, not null',
    ],
  ])('readSuppliersFile refuses %j in one line', (suppliers, message) => {
    expect(() => read(...suppliers)).toThrow(ConfigError);
    expect(() => read(...suppliers)).toThrow(message);
    expect(() => read(...suppliers)).toThrow(/^.*$/);
    expect(() => read(...suppliers)).not.toThrow(/hunter2/);
  });

  it.each([
    ['{}', 'must be a JSON list of suppliers'],
    ['', 'is not valid JSON'],
    ['[\n{"api_key": "hunter2"}, }]', 'is not valid JSON'],
  ])('readSuppliersFile refuses the file %j and quotes nothing from it', (text, message) => {
    expect(() => readSuppliersFile(text, ENV)).toThrow(ConfigError);
    expect(() => readSuppliersFile(text, ENV)).toThrow(message);
    expect(() => readSuppliersFile(text, ENV)).toThrow(/^(is not|must be) [^"]*$/);
  });
});
