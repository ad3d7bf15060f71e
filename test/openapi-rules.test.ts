import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { VISIBLE_TEXT } from '../src/platform/visible-text.ts';

/** The parts of a JSON schema that can contain schemas or refer to one. */
interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly description?: string;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

interface Document {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
  };
}

interface NamedOperation extends Operation {
  /** `GET /api/v1/slots` */
  readonly name: string;
}

function operationsOf({ paths }: Document): NamedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
    })),
  );
}

/** The names of the operations that break a rule. */
function offenders(document: Document, breaksRule: (operation: NamedOperation) => boolean): string[] {
  return operationsOf(document)
    .filter(breaksRule)
    .map(({ name }) => name);
}

function repeatedOperationIds(document: Document): string[] {
  const ids = operationsOf(document).flatMap(({ operationId }) => operationId ?? []);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}

/** The properties without a description below a schema. A reference to a component with a description has one. */
function undescribedProperties(schema: Schema, place: string, components: Document['components']): string[] {
  const isDescribed = ({ description, $ref, anyOf = [] }: Schema): boolean =>
    description !== undefined ||
    ($ref !== undefined && isDescribed(components.schemas[$ref.split('/').at(-1) ?? ''] ?? {})) ||
    anyOf.some(isDescribed);
  const own = Object.entries(schema.properties ?? {}).filter(([, property]) => !isDescribed(property));
  const inner: [string, Schema][] = [
    ...Object.entries(schema.properties ?? {}),
    ...[schema.items, schema.additionalProperties].flatMap((each): [string, Schema][] =>
      typeof each === 'object' ? [['[]', each]] : [],
    ),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].map((each): [string, Schema] => [
      '',
      each,
    ]),
  ];
  return [
    ...own.map(([name]) => `${place}.${name}`),
    ...inner.flatMap(([name, each]) =>
      undescribedProperties(each, name === '' ? place : `${place}.${name}`, components),
    ),
  ];
}

function allUndescribedProperties(document: Document): string[] {
  const { components } = document;
  const bodies = operationsOf(document).flatMap(({ name, requestBody }) =>
    Object.values(requestBody?.content ?? {}).map(({ schema = {} }): [string, Schema] => [name, schema]),
  );
  return [...Object.entries(components.schemas), ...bodies].flatMap(([place, schema]) =>
    undescribedProperties(schema, place, components),
  );
}

function undescribedParameters(document: Document): string[] {
  const shared = Object.values(document.components.parameters ?? {}).map((each) => ({ ...each, operation: '' }));
  const own = operationsOf(document).flatMap(({ name, parameters = [] }) =>
    parameters.map((each) => ({ ...each, operation: `${name} ` })),
  );
  return [...shared, ...own]
    .filter(({ $ref, description }) => $ref === undefined && !description)
    .map(({ operation, name }) => `${operation}${name}`);
}

/** The JSON answers that are not a reference to a named component. */
function unnamedAnswers(document: Document): string[] {
  return operationsOf(document).flatMap(({ name, responses = {} }) =>
    Object.entries(responses)
      .filter(([status, { content }]) => /^2/.test(status) && content?.['application/json'])
      .filter(([, { content }]) => content?.['application/json']?.schema?.$ref === undefined)
      .map(([status]) => `${name} ${status}`),
  );
}

/** The places inside components where an object with properties has no name of its own. */
function unnamedShapes(document: Document): string[] {
  const visit = (schema: Schema, place: string): string[] => {
    const { properties = {}, items, anyOf = [], oneOf = [] } = schema;
    const inner: [string, Schema][] = [
      ...Object.entries(properties),
      ...(items ? [['[]', items] satisfies [string, Schema]] : []),
      ...[...anyOf, ...oneOf].map((each, index): [string, Schema] => [String(index), each]),
    ];
    return inner.flatMap(([name, each]) => [
      ...(Object.keys(each.properties ?? {}).length > 0 ? [`${place}.${name}`] : []),
      ...visit(each, `${place}.${name}`),
    ]);
  };
  return Object.entries(document.components.schemas).flatMap(([name, schema]) => visit(schema, name));
}

/**
 * Texts in requests with a grammar of their own, which is stricter than that of a text that a person writes, and the key
 * of a sign-in, which is compared and never stored.
 */
const PARSED_TEXT =
  /(_time|_until|expires_at|\.url|\.since|\.until|timestamp|time_zone|currency|pax\.\[\]\.type|^POST \/api\/v1\/session\.key)$/;

/** The texts in request bodies that nothing checks. */
function uncheckedTexts(document: Document): string[] {
  const visit = (given: Schema, place: string): string[] => {
    const schema = document.components.schemas[given.$ref?.split('/').at(-1) ?? ''] ?? given;
    const isUnchecked = schema.type === 'string' && schema.pattern !== VISIBLE_TEXT && schema.enum === undefined;
    return [
      ...(isUnchecked && !PARSED_TEXT.test(place) ? [place] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => visit(each, `${place}.${name}`)),
      ...(schema.items ? visit(schema.items, `${place}.[]`) : []),
      ...(schema.anyOf ?? []).flatMap((each) => visit(each, place)),
    ];
  };
  return operationsOf(document).flatMap(({ name, requestBody }) =>
    Object.values(requestBody?.content ?? {}).flatMap(({ schema = {} }) => visit(schema, name)),
  );
}

describe('openapi.json', () => {
  let document: Document;
  beforeAll(async () => {
    document = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8'));
  });

  it('every operation has a unique operationId in camel case', () => {
    expect(operationsOf(document).length).toBeGreaterThan(20);
    expect(offenders(document, ({ operationId = '' }) => !/^[a-z]+([A-Z][a-z0-9]*)+$/.test(operationId))).toEqual([]);
    expect(repeatedOperationIds(document)).toEqual([]);
  });

  it('every operation has a summary without a full stop and a description with one', () => {
    expect(offenders(document, ({ summary = '' }) => !/[^.]$/.test(summary))).toEqual([]);
    expect(offenders(document, ({ description = '' }) => !/\.$/.test(description))).toEqual([]);
  });

  it('every operation has exactly one tag, which the document describes', () => {
    const known = new Set(document.tags.map(({ name }) => name));
    expect(offenders(document, ({ tags = [] }) => tags.length !== 1 || !known.has(tags[0] ?? ''))).toEqual([]);
  });

  it('every status of a response is exact, and none is a range such as 4XX', () => {
    expect(offenders(document, ({ responses = {} }) => Object.keys(responses).some((s) => !/^\d{3}$/.test(s)))).toEqual(
      [],
    );
  });

  it('every property and every parameter has a description', () => {
    expect(allUndescribedProperties(document)).toEqual([]);
    expect(undescribedParameters(document)).toEqual([]);
  });

  it('every JSON answer is a named component', () => {
    expect(unnamedAnswers(document)).toEqual([]);
  });

  it('every object inside a component is a named component too', () => {
    expect(unnamedShapes(document)).toEqual([]);
  });

  it('every text that a person writes must have a visible character', () => {
    expect(uncheckedTexts(document)).toEqual([]);
  });
});

describe('control: the rules for openapi.json', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      list: { description: 'A list.', items: { properties: { name: { type: 'string' } } } },
    },
  };
  const broken: Document = {
    tags: [],
    paths: {
      '/things': {
        get: {
          operationId: 'listThings',
          parameters: [{ name: 'limit' }],
          responses: { 200: { content: { 'application/json': { schema } } } },
        },
        post: { operationId: 'listThings', requestBody: { content: { 'application/json': { schema } } } },
      },
    },
    components: { schemas: { Thing: schema } },
  };

  it('find operations that break a rule', () => {
    expect(repeatedOperationIds(broken)).toEqual(['listThings']);
    expect(offenders(broken, ({ summary }) => summary === undefined)).toEqual(['GET /things', 'POST /things']);
    expect(unnamedAnswers(broken)).toEqual(['GET /things 200']);
    expect(unnamedShapes(broken)).toEqual(['Thing.list.[]']);
    expect(uncheckedTexts(broken)).toEqual(['POST /things.list.[].name']);
    expect(undescribedParameters(broken)).toEqual(['GET /things limit']);
    expect(allUndescribedProperties(broken)).toEqual([
      ...['Thing.id', 'Thing.list.[].name'],
      ...['POST /things.id', 'POST /things.list.[].name'],
    ]);
  });
});
