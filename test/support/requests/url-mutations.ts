import { MALFORMED_ID_TEXTS } from './bad-ids.ts';
import { BAD_TEXTS } from './bad-json.ts';
import { MALFORMED_TIMES, ODD_TIMES } from './bad-times.ts';
import { type Mutation, quoteShort, setQuery } from './draft.ts';
import { isId, isTime } from './good-values.ts';

const encodeAll = (text: string) => encodeURIComponent(text.toWellFormed());

const badPathId: Mutation = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'path' && isId(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(MALFORMED_ID_TEXTS);
  draft.params.set(parameter.name, text);
  // A client may resolve a dot segment to another path, which has no route.
  draft.allowed = text === '..' ? [400, 404] : [400];
  return `path id ${text}`;
};

const oddPathText: Mutation = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'path');
  if (!parameter) return undefined;
  const text = random.pick([...BAD_TEXTS, ...MALFORMED_TIMES, '1'.repeat(199), '1'.repeat(250)]);
  draft.params.set(parameter.name, random.chance(0.9) ? encodeAll(text) : '%');
  return `path ${parameter.name} ${quoteShort(text)}`;
};

const badQueryId: Mutation = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'query' && isId(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(['', ...MALFORMED_ID_TEXTS]);
  setQuery(draft, parameter.name, text);
  draft.allowed = [400];
  return `query ${parameter.name}=${text}`;
};

const badQueryTime: Mutation = (random, draft) => {
  const parameter = draft.route.parameters.find((each) => each.in === 'query' && isTime(each.name, each.schema));
  if (!parameter) return undefined;
  const text = random.pick(MALFORMED_TIMES);
  setQuery(draft, parameter.name, encodeAll(text));
  // The route may look up the id in the path first.
  draft.allowed = [400, 404];
  return `query ${parameter.name} ${quoteShort(text)}`;
};

const oddQueryText: Mutation = (random, draft) => {
  const parameters = draft.route.parameters.filter((each) => each.in === 'query');
  if (parameters.length === 0) return undefined;
  const { name } = random.pick(parameters);
  const text = random.pick([...BAD_TEXTS, ...ODD_TIMES, '-1', '0', '1001', 'true', 'W10', 'WzEsMl0']);
  setQuery(draft, name, encodeAll(text).slice(0, 8_000));
  return `query ${name} ${quoteShort(text)}`;
};

const wildQuery: Mutation = (random, draft) => {
  const extra = random.pick([
    ...['a=%', 'a=%zz', '%', '%=%', 'a=%C3%28', 'a=%ED%A0%80', 'a=%00', '&&&', '=', '=1', '?', '??a=1', '#', ';a=1'],
    ...['__proto__=1', '__proto__[x]=1', 'constructor=1', 'a[]=1', 'a[b]=1', 'a.b=1', 'limit=1&limit=2'],
    ...['cursor=', 'limit=', 'limit=1e2', 'limit=0x1', 'limit=00', `q=${'a'.repeat(6_000)}`, 'a&'.repeat(1_500)],
  ]);
  const again = draft.query.length > 0 && random.chance(0.3) ? draft.query.map(([n, v]) => `${n}=${v}`).join('&') : '';
  draft.query = [...draft.query, ['x', `1&${extra}${again === '' ? '' : `&${again}`}`]];
  return `query with ${extra.slice(0, 40)}${again === '' ? '' : ' and everything twice'}`;
};

const missingQuery: Mutation = (random, draft) => {
  const required = draft.route.parameters.filter((each) => each.in === 'query' && each.required);
  if (required.length === 0) return undefined;
  const { name } = random.pick(required);
  draft.query = draft.query.filter(([each]) => each !== name);
  draft.allowed = [400];
  return `no query ${name}`;
};

const otherMethod: Mutation = (random, draft) => {
  const method = random.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK']);
  if (draft.methods.has(method) || (method === 'HEAD' && draft.methods.has('GET'))) return undefined;
  draft.method = method;
  if (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) draft.allowed = [405];
  if (method === 'OPTIONS') draft.allowed = [204];
  return `as ${method}`;
};

const otherPath: Mutation = (random, draft) => {
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
    ...['/docs/..%2f..%2fpackage.json', '/docs/%2e%2e/x', '/docs/scalar.js/x', '/openapi.json?x=%', '/metrics'],
    ...['/.env', '/wp-login.php', '/api/v1', '/api/v2/slots', `/${'a/'.repeat(2_000)}`, `/${'%61'.repeat(2_000)}`],
    ...['/\xff', '/é', '/a b'.replace(' ', '%20'), '/constructor', '/__proto__', '/toString', '/favicon.ico'],
  ]);
  return `at ${draft.target.slice(0, 60)}`;
};

/** Mutations of the method, the path and the query. */
export const URL_MUTATIONS: readonly Mutation[] = [
  badPathId,
  oddPathText,
  badQueryId,
  badQueryTime,
  oddQueryText,
  wildQuery,
  missingQuery,
  otherMethod,
  otherPath,
];
