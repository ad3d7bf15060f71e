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
  it('reads everything there is to say', () => {
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

  it('has a default for what is left out', () => {
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

  const band = (from: number, to: number) => ({ days: [from, to], every: '1h' });

  it.each<readonly [readonly unknown[], string]>([
    [[null], 'supplier 1 is not a JSON object'],
    [[[]], 'supplier 1 is not a JSON object'],
    [[{}], 'supplier 1, id: nothing is not 1 to 63 letters'],
    [[TOURS, { ...VENUE, id: 'a\nb' }], 'supplier 2, id: "a\\nb" is not'],
    [[VENUE, VENUE], 'supplier venue, id: is the id of two suppliers'],
    [[{ ...VENUE, colour: 'red' }], 'supplier venue, "colour": is unknown; there are id, adapter'],
    [[{ ...VENUE, adapter: 'soap' }], 'supplier venue, adapter: "soap" is not one of per-date, snapshot'],
    [[{ ...VENUE, adapter: undefined }], 'supplier venue, adapter: nothing is not one of'],
    [[{ ...VENUE, products: [] }], 'supplier venue, products: is only for per-date suppliers'],
    [[{ ...VENUE, cadence: [] }], 'supplier venue, cadence: is only for per-date suppliers'],
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
    ].map((base_url) => [[{ ...VENUE, base_url }], 'supplier venue, base_url: is not an http or https URL'] as const),
    [[{ ...VENUE, api_key_env: 'hunter2' }], 'supplier venue, api_key_env: is not the name of a variable'],
    [[{ ...VENUE, api_key_env: 'NO_KEY' }], 'supplier venue, api_key_env: names NO_KEY, which is not set'],
    [[{ ...VENUE, api_key_env: 'EMPTY_KEY' }], 'supplier venue, api_key_env: names EMPTY_KEY, which is not set'],
    [[{ ...VENUE, api_key_env: 'BROKEN_KEY' }], 'supplier venue, api_key_env: names BROKEN_KEY, which no HTTP header'],
    [[{ ...VENUE, pull_limits: undefined }], 'supplier venue, pull_limits: is not a list of one or more limits'],
    [[{ ...VENUE, pull_limits: [] }], 'supplier venue, pull_limits: is not a list of one or more limits'],
    [[{ ...VENUE, pull_limits: '1/1h' }], 'supplier venue, pull_limits: is not a list of one or more limits'],
    ...['1', '0/1m', '1/0s', '1/m', '-1/1m', '1/61d', '1 / 1m', 1, null].map(
      (limit) =>
        [
          [{ ...VENUE, pull_limits: ['1/1h', limit] }],
          `supplier venue, pull_limits: ${JSON.stringify(limit)} is not a limit`,
        ] as const,
    ),
    [[{ ...TOURS, products: undefined }], 'supplier city-tours, products: is not a list of one or more product ids'],
    [[{ ...TOURS, products: [] }], 'supplier city-tours, products: is not a list of one or more product ids'],
    ...['14', 0, -1, 1.5, 2 ** 53, null].map(
      (product) =>
        [
          [{ ...TOURS, products: [product] }],
          `supplier city-tours, products: ${product === '14' ? '"14"' : product} is not a whole`,
        ] as const,
    ),
    [[{ ...TOURS, products: [14, 14] }], 'supplier city-tours, products: has 14 twice'],
    [[TOURS, { ...TOURS, id: 'other' }], 'supplier other, products: has 14, which supplier city-tours has too'],
    [[{ ...VENUE, time_zone: 'Mars/Base' }], 'supplier venue, time_zone: "Mars/Base" is not a time zone'],
    [[{ ...VENUE, time_zone: '+08:00' }], 'supplier venue, time_zone: "+08:00" is not a time zone'],
    [[{ ...TOURS, cadence: [] }], 'supplier city-tours, cadence: is not a list of one or more bands'],
    [[{ ...TOURS, cadence: [band(1, 2)] }], 'cadence: {"days":[1,2],"every":"1h"} should begin at day 0'],
    [[{ ...TOURS, cadence: [band(0, 2), band(2, 3)] }], 'cadence: {"days":[2,3],"every":"1h"} should begin at day 3'],
    [[{ ...TOURS, cadence: [band(0, 2), band(4, 5)] }], 'cadence: {"days":[4,5],"every":"1h"} should begin at day 3'],
    [[{ ...TOURS, cadence: [band(0, 2), band(3, 2)] }], 'cadence: {"days":[3,2],"every":"1h"} ends before it begins'],
    [[{ ...TOURS, cadence: [band(0, 61)] }], 'cadence: {"days":[0,61],"every":"1h"} is not a band'],
    [[{ ...TOURS, cadence: [{ ...band(0, 1), every: '0s' }] }], 'is not a band'],
    [[{ ...TOURS, cadence: [{ ...band(0, 1), from: 1 }] }], 'is not a band'],
    [[{ ...TOURS, cadence: [{ ...band(0, 1), days: [0, 1, 2] }] }], 'is not a band'],
    [[{ ...TOURS, cadence: [null] }], 'cadence: null is not a band'],
  ])('refuses %j in one line', (suppliers, message) => {
    expect(() => read(...suppliers)).toThrow(ConfigError);
    expect(() => read(...suppliers)).toThrow(message);
    expect(() => read(...suppliers)).toThrow(/^.*$/);
    expect(() => read(...suppliers)).not.toThrow(/hunter2/);
  });

  it.each([
    ['{}', 'is not a JSON list of suppliers'],
    ['', 'is not JSON'],
    ['[\n{"api_key": "hunter2"}, }]', 'is not JSON'],
  ])('refuses the file %j, and repeats nothing of it', (text, message) => {
    expect(() => readSuppliersFile(text, ENV)).toThrow(ConfigError);
    expect(() => readSuppliersFile(text, ENV)).toThrow(message);
    expect(() => readSuppliersFile(text, ENV)).toThrow(/^is not[^"]*$/);
  });
});
