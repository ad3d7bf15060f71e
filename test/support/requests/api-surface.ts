/** The parts of a JSON schema that the generator of bad input uses. */
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

/** One method of one path, as the server describes it. */
export interface Route {
  readonly method: string;
  /** Such as `/api/v1/slots/{id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schema of the JSON body; `undefined` for a route without one. */
  readonly body: JsonSchema | undefined;
}

type DescribedParameter = Partial<Parameter> & Pick<Parameter, 'name' | 'in'>;

interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly parameters?: readonly (DescribedParameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
}

interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, JsonSchema>>;
    readonly parameters?: Readonly<Record<string, DescribedParameter>>;
  };
}

/** Every route of an OpenAPI document, so that a new route is tested without a change here. */
export function readRoutes(document: unknown): Route[] {
  const { paths = {}, components } = document as OpenApi;
  const resolve = resolverOf(components?.schemas ?? {});
  const named = (each: DescribedParameter | { readonly $ref: string }): DescribedParameter => {
    if (!('$ref' in each)) return each;
    const parameter = components?.parameters?.[each.$ref.split('/').at(-1) ?? ''];
    if (parameter === undefined) throw new Error(`the OpenAPI document has no parameter ${each.$ref}`);
    return parameter;
  };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => !isEndless(operation))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        parameters: (operation.parameters ?? []).map(named).map((each) => ({
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

/** Returns a function that puts the referenced schema in the place of each `$ref`, at every depth. */
function resolverOf(named: Readonly<Record<string, JsonSchema>>) {
  const resolve = (schema: JsonSchema): JsonSchema => {
    const name = schema.$ref?.split('/').at(-1);
    if (name !== undefined) return resolve(named[name] ?? {});
    const { properties, items, anyOf } = schema;
    return {
      ...schema,
      ...(properties && {
        properties: Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, resolve(v)])),
      }),
      ...(items && { items: resolve(items) }),
      ...(anyOf && { anyOf: anyOf.map(resolve) }),
    };
  };
  return (schema: JsonSchema | undefined) => schema && resolve(schema);
}

/** The route that answers a target as the router finds it: a path without parameters comes first. */
export function findRoute(routes: readonly Route[], method: string, target: string): Route | undefined {
  const path = decoded(target.split('?')[0] ?? '');
  const ofMethod = routes.filter((route) => route.method === method);
  const isAt = (route: Route) =>
    new RegExp(
      `^${route.path
        .split(/\{\w+\}/)
        .map(RegExp.escape)
        .join('[^/]+')}$`,
    ).test(path);
  return ofMethod.find((route) => route.path === path) ?? ofMethod.find(isAt);
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Whether the answer is a stream without an end, which cannot be awaited. */
function isEndless({ responses = {} }: Operation): boolean {
  return Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content);
}

/** The methods of each path. */
export function methodsByPath(routes: readonly Route[]): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  return methods;
}
