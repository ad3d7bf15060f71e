import type { HttpServer } from '../../../src/platform/http/http-server.ts';

interface ResponseObject {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, unknown>> }>>;
}

interface OperationObject {
  readonly responses?: Readonly<Record<string, ResponseObject>>;
}

interface OpenApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components?: { readonly responses?: Readonly<Record<string, ResponseObject>> };
}

/** Finds operations by the URL of a request. */
interface Operations {
  readonly document: OpenApiDocument;
  /** The paths with the fewest parameters first, as a router prefers them. */
  readonly paths: readonly { readonly path: string; readonly pattern: RegExp }[];
}

const operationsByApp = new WeakMap<HttpServer, Operations>();

function operationsOf(app: HttpServer): Operations {
  const known = operationsByApp.get(app);
  if (known) return known;
  const document = app.swagger() as OpenApiDocument;
  const parameterCount = (path: string) => path.split('{').length;
  const paths = Object.keys(document.paths ?? {})
    .sort((a, b) => parameterCount(a) - parameterCount(b))
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
  const operations = { document, paths };
  operationsByApp.set(app, operations);
  return operations;
}

/**
 * Throws when an operation answers with a status or a problem type that its OpenAPI description does not declare. Routes
 * that OpenAPI does not show, and methods that a path does not have, are not checked.
 */
export function assertDeclared(app: HttpServer, method: string, url: string, status: number, body: unknown): void {
  const { document, paths } = operationsOf(app);
  const [pathname = ''] = url.split('?');
  const path = paths.find(({ pattern }) => pattern.test(pathname))?.path;
  const operation = path === undefined ? undefined : document.paths?.[path]?.[method.toLowerCase()];
  if (operation === undefined) return;
  const declared = resolve(operation.responses?.[status], document);
  const type = status >= 400 ? problemType(body) : undefined;
  if (declared !== undefined && (type === undefined || problemTypes(declared).includes(type))) return;
  throw new Error(
    `${method} ${path} answered ${[status, type].filter(Boolean).join(' ')}, which its OpenAPI description does not ` +
      `declare. Declared: ${formatDeclared(operation, document)}`,
  );
}

function resolve(response: ResponseObject | undefined, { components }: OpenApiDocument): ResponseObject | undefined {
  const name = response?.$ref?.split('/').at(-1);
  return name === undefined ? response : components?.responses?.[name];
}

function problemTypes({ content = {} }: ResponseObject): string[] {
  return Object.keys(content['application/problem+json']?.examples ?? {});
}

function problemType(body: unknown): string {
  const { type } = (body ?? {}) as { readonly type?: unknown };
  return String(type).replace('urn:holdfast:problem:', '');
}

function formatDeclared({ responses = {} }: OperationObject, document: OpenApiDocument): string {
  return Object.entries(responses)
    .map(([status, response]) => [status, ...problemTypes(resolve(response, document) ?? {})].join(' '))
    .join(', ');
}
