import { describe, expect, it } from 'vitest';
import { readRoutes } from './api-surface.ts';
import { plain } from './bad-input-run.ts';
import { readBackViolations } from './read-back.ts';

const NAMED = { $ref: '#/components/schemas/Named' };
const body = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } } });
const routes = readRoutes({
  paths: {
    '/things': { post: body(NAMED) },
    '/things/{id}': { put: body({ type: 'object', properties: { parts: { type: 'array', items: NAMED } } }) },
  },
  components: { schemas: { Named: { type: 'object', properties: { name: { type: 'string' } } } } },
});

function violations(method: string, target: string, sent: object, answered: object): string[] {
  const answer = { status: 200, headers: {}, body: JSON.stringify(answered), ms: 1 };
  return readBackViolations(plain(method, target, sent), answer, routes);
}

const FOUND = ['another text in name than the one that was sent'];

describe('a text that is answered otherwise than it was sent', () => {
  it.each<[string, string, string, object, object, string[]]>([
    ['is found in a declared field', 'POST', '/things', { name: 'Zoë' }, { name: 'Zo?' }, FOUND],
    ['is found behind an encoded path', 'POST', '/thing%73?a=1', { name: 'Zoë' }, { name: 'Zo?' }, FOUND],
    ['is found in a nested field', 'PUT', '/things/7', { parts: [{ name: 'a' }] }, { parts: [{ name: 'b' }] }, FOUND],
    ['is no violation if it is the same', 'POST', '/things', { name: 'Zoë' }, { thing: { name: 'Zoë' } }, []],
    ['is no violation in an undeclared field', 'POST', '/things', { note: 'a' }, { note: 'b' }, []],
    ['is no violation inside an undeclared field', 'POST', '/things', { note: { name: 'a' } }, { name: 'b' }, []],
  ])('%s', (_what, method, target, sent, answered, expected) => {
    expect(violations(method, target, sent, answered)).toEqual(expected);
  });
});
