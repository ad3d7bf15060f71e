/** The parts of a JSON schema that the server's OpenAPI document uses. A schema without a supported type is refused. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const HEADER = `// Types of requests and answers, by method and path. Generated from the routes by \`npm run openapi\`; do not edit.
// One file, however long, because it is read by looking up a path.
`;

/**
 * Renders `client/api.ts` from the text of `openapi.json`. The usual generator needs an older TypeScript, depends on a
 * dozen packages, and its types are made for another client.
 */
export function renderClientTypes(openapi: string): string {
  const { paths, components } = JSON.parse(openapi) as OpenApi;
  const methods = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.responses?.['200']?.content?.['text/event-stream']) continue;
      const texts = methods.get(method) ?? [];
      texts.push(`/** ${operation.summary ?? ''} */\n${JSON.stringify(path)}: ${operationType(operation)};`);
      methods.set(method, texts);
    }
  }
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    const type = typeOf(schema);
    return type.startsWith('{') ? `export interface ${name} ${type}\n` : `export type ${name} = ${type};\n`;
  });
  const api = [...methods].map(([method, texts]) => `${method}: {\n${texts.join('\n')}\n};`);
  return indented([HEADER, ...schemas, `export interface Api {\n${api.join('\n')}\n}\n`].join('\n'));
}

/** Indents lines by blocks: a brace at the end of a line opens a block, and one at the start of a line closes it. */
function indented(text: string): string {
  let depth = 0;
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('}')) depth -= 1;
      const indentedLine = line === '' ? '' : `${'  '.repeat(depth)}${line}`;
      if (line.endsWith('{')) depth += 1;
      return indentedLine;
    })
    .join('\n');
}

function operationType({ parameters = [], requestBody, responses = {} }: Operation): string {
  const parametersIn = (place: string) => {
    const fields = parameters
      .filter((each) => each.in === place)
      .map(({ name, required, schema }) => `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema)};`);
    return fields.length === 0 ? 'undefined' : `{ ${fields.join(' ')} }`;
  };
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const answer = answers.map(([, response]) => typeOf(jsonOf(response))).join(' | ');
  const body = requestBody ? typeOf(jsonOf(requestBody)) : 'undefined';
  return `{\npath: ${parametersIn('path')};\nquery: ${parametersIn('query')};\nbody: ${body};\nanswer: ${answer || 'undefined'};\n}`;
}

function jsonOf({ content = {} }: Content): Schema | undefined {
  return content['application/json']?.schema;
}

function typeOf(schema: Schema | undefined): string {
  if (schema === undefined) return 'undefined';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown';
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (typeof schema.type === 'object') return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeOf(schema.items)})[]`;
    case 'object':
      return objectType(schema);
    default:
      throw new Error(
        `scripts/write-client-types.ts does not support the schema ${JSON.stringify(schema)}; add it there`,
      );
  }
}

function objectType({ properties = {}, required = [] }: Schema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? `/** ${schema.description} */\n` : '';
    return `${comment}readonly ${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`;
  });
  return fields.length === 0 ? 'object' : `{\n${fields.join('\n')}\n}`;
}
