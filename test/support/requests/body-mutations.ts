import { MALFORMED_ID_JSON, ODD_ID_JSON } from './bad-ids.ts';
import { anyJson, anyKey, BAD_TEXTS, BROKEN_JSON } from './bad-json.ts';
import { MALFORMED_TIMES, ODD_TIMES } from './bad-times.ts';
import { fieldsWhere, type Mutation, quoteShort } from './draft.ts';
import { isId, isTime, writeObject } from './good-values.ts';

const badBodyId: Mutation = (random, draft) => {
  const ids = fieldsWhere(draft, isId);
  if (ids.length === 0) return undefined;
  const name = random.pick(ids);
  const json = random.pick(MALFORMED_ID_JSON);
  draft.fields.set(name, json);
  draft.allowed = [400];
  return `${name} = ${json}`;
};

const oddBodyId: Mutation = (random, draft) => {
  const ids = fieldsWhere(draft, isId);
  if (ids.length === 0) return undefined;
  const name = random.pick(ids);
  const json = random.pick(ODD_ID_JSON);
  draft.fields.set(name, json);
  return `${name} = ${json}`;
};

const badBodyTime: Mutation = (random, draft) => {
  const times = fieldsWhere(draft, isTime);
  if (times.length === 0) return undefined;
  const name = random.pick(times);
  const text = random.pick(MALFORMED_TIMES);
  draft.fields.set(name, JSON.stringify(text));
  draft.allowed = [400, 404];
  return `${name} = ${quoteShort(text)}`;
};

const oddBodyTime: Mutation = (random, draft) => {
  const times = fieldsWhere(draft, isTime);
  if (times.length === 0) return undefined;
  const texts = times.map((name) => {
    const text = random.pick(ODD_TIMES);
    draft.fields.set(name, JSON.stringify(text));
    return `${name} = ${quoteShort(text)}`;
  });
  return texts.join(' and ');
};

const anyField: Mutation = (random, draft) => {
  const names = Object.keys(draft.route.body?.properties ?? {});
  if (names.length === 0) return undefined;
  const name = random.pick(names);
  const json = random.chance(0.4) ? JSON.stringify(random.pick(BAD_TEXTS)) : anyJson(random);
  draft.fields.set(name, json);
  return `${name} = ${quoteShort(json)}`;
};

const missingField: Mutation = (random, draft) => {
  const required = draft.route.body?.required ?? [];
  if (required.length === 0) return undefined;
  const name = random.pick(required);
  draft.fields.delete(name);
  draft.allowed = [400];
  return `no ${name}`;
};

const extraField: Mutation = (random, draft) => {
  if (!draft.route.body) return undefined;
  const name = anyKey(random);
  if (draft.route.body.properties?.[name] !== undefined) return undefined;
  const json = random.chance(0.5) ? '1' : anyJson(random);
  draft.fields.set(name, json);
  return `extra ${JSON.stringify(name)} = ${quoteShort(json)}`;
};

const anyBody: Mutation = (random, draft) => {
  draft.body = anyJson(random, 4);
  draft.headers = [['content-type', 'application/json']];
  return `body ${quoteShort(draft.body)}`;
};

const brokenBody: Mutation = (random, draft) => {
  if (!['POST', 'PUT', 'PATCH'].includes(draft.method)) return undefined;
  draft.body = random.pick(BROKEN_JSON);
  draft.headers = [['content-type', 'application/json']];
  draft.allowed = [400];
  return `body that is not JSON, ${quoteShort(draft.body)}`;
};

const hugeBody: Mutation = (random, draft) => {
  if (!draft.route.body) return undefined;
  draft.fields.set('x', JSON.stringify('x'.repeat(random.pick([200_000, 262_144, 400_000]))));
  const size = writeObject(draft.fields).length;
  if (size > 256 * 1024) draft.allowed = [413];
  return `a body of ${size} bytes`;
};

/** A huge body in one of five cases, because huge bodies take long. */
const rareHugeBody: Mutation = (random, draft, world) =>
  random.chance(0.2) ? hugeBody(random, draft, world) : undefined;

/** Mutations of a body. The more important ones are listed repeatedly, so that they are picked more often. */
export const BODY_MUTATIONS: readonly Mutation[] = [
  badBodyId,
  badBodyId,
  oddBodyId,
  badBodyTime,
  badBodyTime,
  oddBodyTime,
  oddBodyTime,
  anyField,
  anyField,
  anyField,
  missingField,
  extraField,
  extraField,
  anyBody,
  anyBody,
  brokenBody,
  rareHugeBody,
];
