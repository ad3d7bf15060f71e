import type { Route } from './api-surface.ts';
import * as bad from './bad-values.ts';
import { isId, isTime, type World, writeObject } from './good-values.ts';
import type { Random } from './seeded-random.ts';

/** A request in the making: a good one, until a twist has been at it. */
export interface Draft {
  readonly route: Route;
  /** Methods the path has. */
  readonly methods: ReadonlySet<string>;
  method: string;
  /** Percent-encoded values by name. */
  readonly params: Map<string, string>;
  /** Percent-encoded pairs. */
  query: (readonly [string, string])[];
  /** The body's fields as JSON, until `body` says otherwise. */
  readonly fields: Map<string, string>;
  body: string | undefined;
  /** The whole target, where it is no longer put together from the route. */
  target: string | undefined;
  headers: (readonly [string, string])[];
  allowed: readonly number[] | undefined;
}

/** Makes one thing of a draft bad and says what, or leaves it alone when there is no such thing. */
export type Twist = (random: Random, draft: Draft, world: World) => string | undefined;

const encodeAll = (text: string) => encodeURIComponent(text.toWellFormed());
const show = (text: string) => (text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text));

const badPathId: Twist = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'path' && isId(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(bad.MALFORMED_ID_TEXTS);
  draft.params.set(parameter.name, text);
  // A dot segment is a path of its own to some, and no id to all.
  draft.allowed = text === '..' ? [400, 404] : [400];
  return `path id ${text}`;
};

const oddPathText: Twist = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'path');
  if (!parameter) return undefined;
  const text = random.pick([...bad.BAD_TEXTS, ...bad.MALFORMED_TIMES, '1'.repeat(199), '1'.repeat(250)]);
  draft.params.set(parameter.name, random.chance(0.9) ? encodeAll(text) : '%');
  return `path ${parameter.name} ${show(text)}`;
};

const badQueryId: Twist = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'query' && isId(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(['', ...bad.MALFORMED_ID_TEXTS]);
  setQuery(draft, parameter.name, text);
  draft.allowed = [400];
  return `query ${parameter.name}=${text}`;
};

const badQueryTime: Twist = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'query' && isTime(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(bad.MALFORMED_TIMES);
  setQuery(draft, parameter.name, encodeAll(text));
  // What the path names may be looked up first.
  draft.allowed = [400, 404];
  return `query ${parameter.name} ${show(text)}`;
};

const oddQueryText: Twist = (random, draft) => {
  const parameters = draft.route.parameters.filter((each) => each.in === 'query');
  if (parameters.length === 0) return undefined;
  const { name } = random.pick(parameters);
  const text = random.pick([...bad.BAD_TEXTS, ...bad.ODD_TIMES, '-1', '0', '1001', 'true', 'W10', 'WzEsMl0']);
  setQuery(draft, name, encodeAll(text).slice(0, 8_000));
  return `query ${name} ${show(text)}`;
};

const wildQuery: Twist = (random, draft) => {
  const extra = random.pick([
    ...['a=%', 'a=%zz', '%', '%=%', 'a=%C3%28', 'a=%ED%A0%80', 'a=%00', '&&&', '=', '=1', '?', '??a=1', '#', ';a=1'],
    ...['__proto__=1', '__proto__[x]=1', 'constructor=1', 'a[]=1', 'a[b]=1', 'a.b=1', 'limit=1&limit=2'],
    ...['cursor=', 'limit=', 'limit=1e2', 'limit=0x1', 'limit=00', `q=${'a'.repeat(6_000)}`, 'a&'.repeat(1_500)],
  ]);
  const again = draft.query.length > 0 && random.chance(0.3) ? draft.query.map(([n, v]) => `${n}=${v}`).join('&') : '';
  draft.query = [...draft.query, ['x', `1&${extra}${again === '' ? '' : `&${again}`}`]];
  return `query with ${extra.slice(0, 40)}${again === '' ? '' : ' and everything twice'}`;
};

const missingQuery: Twist = (random, draft) => {
  const needed = draft.route.parameters.filter((each) => each.in === 'query' && each.required);
  if (needed.length === 0) return undefined;
  const { name } = random.pick(needed);
  draft.query = draft.query.filter(([each]) => each !== name);
  draft.allowed = [400];
  return `no query ${name}`;
};

const badBodyId: Twist = (random, draft) => {
  const ids = fieldsWhere(draft, isId);
  if (ids.length === 0) return undefined;
  const name = random.pick(ids);
  const json = random.pick(bad.MALFORMED_ID_JSON);
  draft.fields.set(name, json);
  draft.allowed = [400];
  return `${name} = ${json}`;
};

const oddBodyId: Twist = (random, draft) => {
  const ids = fieldsWhere(draft, isId);
  if (ids.length === 0) return undefined;
  const name = random.pick(ids);
  const json = random.pick(bad.ODD_ID_JSON);
  draft.fields.set(name, json);
  return `${name} = ${json}`;
};

const badBodyTime: Twist = (random, draft) => {
  const times = fieldsWhere(draft, isTime);
  if (times.length === 0) return undefined;
  const name = random.pick(times);
  const text = random.pick(bad.MALFORMED_TIMES);
  draft.fields.set(name, JSON.stringify(text));
  draft.allowed = [400, 404];
  return `${name} = ${show(text)}`;
};

const oddBodyTime: Twist = (random, draft) => {
  const times = fieldsWhere(draft, isTime);
  if (times.length === 0) return undefined;
  const texts = times.map((name) => {
    const text = random.pick(bad.ODD_TIMES);
    draft.fields.set(name, JSON.stringify(text));
    return `${name} = ${show(text)}`;
  });
  return texts.join(' and ');
};

const anyField: Twist = (random, draft) => {
  const names = Object.keys(draft.route.body?.properties ?? {});
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  const json = random.chance(0.4) ? JSON.stringify(random.pick(bad.BAD_TEXTS)) : bad.anyJson(random);
  draft.fields.set(name, json);
  return `${name} = ${show(json)}`;
};

const missingField: Twist = (random, draft) => {
  const needed = draft.route.body?.required ?? [];
  if (needed.length === 0) return undefined;
  const name = random.pick(needed);
  draft.fields.delete(name);
  draft.allowed = [400];
  return `no ${name}`;
};

const extraField: Twist = (random, draft) => {
  if (!draft.route.body) return undefined;
  const name = bad.anyKey(random);
  if (draft.route.body.properties?.[name] !== undefined) return undefined;
  const json = random.chance(0.5) ? '1' : bad.anyJson(random);
  draft.fields.set(name, json);
  return `extra ${JSON.stringify(name)} = ${show(json)}`;
};

const anyBody: Twist = (random, draft) => {
  draft.body = bad.anyJson(random, 4);
  draft.headers = [['content-type', 'application/json']];
  return `body ${show(draft.body)}`;
};

const brokenBody: Twist = (random, draft) => {
  if (!['POST', 'PUT', 'PATCH'].includes(draft.method)) return undefined;
  draft.body = random.pick(bad.BROKEN_JSON);
  draft.headers = [['content-type', 'application/json']];
  draft.allowed = [400];
  return `body that is no JSON, ${show(draft.body)}`;
};

const badType: Twist = (random, draft) => {
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
  return `content type ${show(type)}`;
};

const badKey: Twist = (random, draft) => {
  if (draft.method !== 'POST' && draft.method !== 'PUT') return undefined;
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
  return `Idempotency-Key ${show(key)}`;
};

const oddKey: Twist = (random, draft) => {
  // A few keys for many requests, so that they come again with another body, or while they are still running.
  const key = random.pick(['again', '"quoted"', '~'.repeat(255), 'null', "'--", `k${random.integer(1, 200)}`]);
  draft.headers = [...draft.headers, ['Idempotency-Key', key]];
  return `Idempotency-Key ${show(key)}`;
};

const oddHeaders: Twist = (random, draft) => {
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
  return `${times} × ${name}: ${show(value)}`;
};

const otherMethod: Twist = (random, draft) => {
  const method = random.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK']);
  if (draft.methods.has(method) || (method === 'HEAD' && draft.methods.has('GET'))) return undefined;
  draft.method = method;
  if (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) draft.allowed = [405];
  if (method === 'OPTIONS') draft.allowed = [204];
  return `as ${method}`;
};

const otherPath: Twist = (random, draft) => {
  const own = draft.route.path.replace(/\{\w+\}/g, '1');
  draft.target = random.pick([
    ...[
      `${own}/`,
      `/${own}`,
      `${own}//`,
      `${own}/..`,
      `/.${own}`,
      `${own}%2f`,
      `${own};a=1`,
      `${own}%00`,
      own.toUpperCase(),
    ],
    ...['/', '//', '/..', '/%', '/%2e%2e/', '/%c0%ae', '/*', '/:id', '/{id}', '/healthz/x', '/docs', '/docs/'],
    ...['/docs/static/..%2f..%2fpackage.json', '/docs/static/%2e%2e/x', '/docs/json', '/openapi.json?x=%', '/metrics'],
    ...['/.env', '/wp-login.php', '/api/v1', '/api/v2/slots', `/${'a/'.repeat(2_000)}`, `/${'%61'.repeat(2_000)}`],
    ...['/\xff', '/é', '/a b'.replace(' ', '%20'), '/constructor', '/__proto__', '/toString', '/favicon.ico'],
  ]);
  return `at ${draft.target.slice(0, 60)}`;
};

const hugeBody: Twist = (random, draft) => {
  if (!draft.route.body) return undefined;
  draft.fields.set('x', JSON.stringify('x'.repeat(random.pick([200_000, 262_144, 400_000]))));
  const size = writeObject(draft.fields).length;
  if (size > 256 * 1024) draft.allowed = [413];
  return `a body of ${size} bytes`;
};

function setQuery(draft: Draft, name: string, value: string): void {
  draft.query = [...draft.query.filter(([each]) => each !== name), [name, value]];
}

function fieldsWhere(draft: Draft, is: typeof isId): string[] {
  return Object.entries(draft.route.body?.properties ?? {})
    .filter(([name, schema]) => is(name, schema))
    .map(([name]) => name);
}

/** Huge bodies are dear. */
const seldomHugeBody: Twist = (random, draft, world) =>
  random.chance(0.2) ? hugeBody(random, draft, world) : undefined;

/** All of them; one that matters more stands twice. */
export const TWISTS: readonly Twist[] = [
  ...[badPathId, badQueryId, badQueryTime, badBodyId, badBodyId, badBodyTime, badBodyTime, brokenBody, badKey, badType],
  ...[
    missingQuery,
    missingField,
    otherMethod,
    oddPathText,
    oddQueryText,
    wildQuery,
    oddBodyId,
    oddBodyTime,
    oddBodyTime,
  ],
  ...[anyField, anyField, anyField, extraField, extraField, anyBody, anyBody, oddKey, oddKey, oddHeaders, otherPath],
  seldomHugeBody,
];
