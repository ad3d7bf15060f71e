import { type Mutation, quoteShort } from './draft.ts';

const badType: Mutation = (random, draft) => {
  const type = random.pick([
    ...['text/plain', 'text/html', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    ...[
      '',
      '/',
      'application',
      'application/',
      '/json',
      'a b',
      'application/json5',
      'application/jsonx',
      '*/*',
      '\xff',
    ],
    ...[`a/${'b'.repeat(4_000)}`, 'application/json, text/plain', 'application/problem+json', 'text/json'],
    ...['application/json; charset=utf-16', 'application/json;', 'APPLICATION/JSON', 'application/json; a="'],
  ]);
  draft.headers = [['content-type', type]];
  if (!/json/i.test(type) && draft.route.body) draft.allowed = [415];
  return `content type ${quoteShort(type)}`;
};

const badKey: Mutation = (random, draft) => {
  if (!draft.route.parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key')) return undefined;
  const key = random.pick([
    '',
    ' ',
    'a b',
    'a\tb',
    '\xff',
    '\xd0\xba',
    'a'.repeat(256),
    'a'.repeat(5_000),
    'a, b',
    '\x80',
  ]);
  draft.headers = [...draft.headers, ['idempotency-key', key]];
  draft.allowed = [400];
  return `Idempotency-Key ${quoteShort(key)}`;
};

const oddKey: Mutation = (random, draft) => {
  // Few keys for many requests, so that keys are reused with another body, or while the first request is running.
  const key = random.pick(['again', '"quoted"', '~'.repeat(255), 'null', "'--", `k${random.integer(1, 200)}`]);
  draft.headers = [...draft.headers, ['Idempotency-Key', key]];
  return `Idempotency-Key ${quoteShort(key)}`;
};

const oddHeaders: Mutation = (random, draft) => {
  const [name, value] = random.pick([
    ...([
      ['accept', 'text/html'],
      ['accept', '*/*;q=0'],
      ['accept', ','],
      ['accept-encoding', 'gzip;q=nan, br'],
    ] as const),
    ...([
      ['if-none-match', '*'],
      ['if-none-match', '"'],
      ['if-modified-since', 'infinity'],
      ['range', 'bytes=-0'],
    ] as const),
    ...([
      ['cache-control', 'max-age=-1'],
      ['cache-control', 'max-age=1e400, no-cache="'],
      ['cookie', '=;;a'],
    ] as const),
    ...([
      ['authorization', 'Bearer'],
      ['authorization', `Basic ${'='.repeat(3_000)}`],
      ['origin', 'null'],
    ] as const),
    ...([
      ['x-http-method-override', 'DELETE'],
      ['x-forwarded-for', "1'"],
      ['forwarded', 'for="[::"'],
    ] as const),
    ...([
      ['content-encoding', 'gzip'],
      ['content-encoding', 'x'],
      ['te', 'trailers'],
      ['expect', '100-continue'],
    ] as const),
    ...([
      ['x-request-id', '\xff"<'],
      ['date', 'now'],
      ['via', '1.1 \x01'.replace('\x01', 'x')],
      ['upgrade', 'h2c'],
    ] as const),
    ...([
      ['accept-version', '9.9.9'],
      ['content-md5', '!'],
      ['prefer', 'wait=1e9'],
      ['link', '<<>>'],
    ] as const),
  ]);
  const times = random.chance(0.1) ? random.integer(2, 60) : 1;
  draft.headers = [...draft.headers, ...Array.from({ length: times }, () => [name, value] as const)];
  return `${times} × ${name}: ${quoteShort(value)}`;
};

/** Mutations of headers. */
export const HEADER_MUTATIONS: readonly Mutation[] = [badType, badKey, oddKey, oddKey, oddHeaders];
