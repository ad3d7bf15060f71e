/** The parts of a JSON schema that the bad-input generator looks at. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** One method of one path, as the server describes it itself. */
export interface Route {
  readonly method: string;
  /** `/api/v1/slots/{id}` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** The JSON a request must carry; `undefined` when none is described. */
  readonly body: JsonSchema | undefined;
}

interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly parameters?: readonly (Partial<Parameter> & Pick<Parameter, 'name' | 'in'>)[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
}

interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

/** Every route of an OpenAPI document: a route added tomorrow is tried tomorrow, with no change here. */
export function readRoutes(document: unknown): Route[] {
  const { paths = {}, components } = document as OpenApi;
  const resolve = (schema: JsonSchema | undefined): JsonSchema | undefined => {
    const name = schema?.$ref?.split('/').at(-1);
    return name === undefined ? schema : components?.schemas?.[name];
  };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => !isEndless(operation))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters ?? []).map((each) => ({
          name: each.name,
          in: each.in,
          required: each.required ?? false,
          schema: resolve(each.schema) ?? {},
        })),
        body: resolve(operation.requestBody?.content?.['application/json']?.schema),
      })),
  );
  if (routes.length === 0) throw new Error('the OpenAPI document describes no routes');
  return routes;
}

/** An answer without an end is not one to wait for. */
function isEndless({ responses = {} }: Operation): boolean {
  return Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content);
}

/** The methods each path answers. */
export function methodsByPath(routes: readonly Route[]): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  return methods;
}
