import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { FOREIGN, type Foreign, type TriedRole } from './expected-access.ts';
import { type MatrixWorld, type Party, SUPPLIER } from './matrix-world.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request of the matrix. */
export interface MatrixRequest {
  readonly operation: string;
  /** `own`: it names only the own party. `omitted`: it leaves out the own ids. Otherwise what it names of another. */
  readonly variant: 'own' | 'omitted' | Foreign;
  readonly method: Method;
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Whether the answer is a stream without an end. */
  readonly isStream: boolean;
}

/** An operation that requests can be made of. */
export interface MatrixOperation {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly isStream: boolean;
  /** Fields of the query. */
  readonly query: ReadonlyMap<string, { readonly example: unknown; readonly isRequired: boolean }>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Routes that OpenAPI does not show. */
export const HIDDEN = ['GET /', 'GET /docs', 'GET /docs/', 'GET /openapi.json', 'GET /test', 'GET /metrics'];

/** Every operation of OpenAPI with the example of its body, and the hidden routes. */
export function readOperations(app: HttpServer): MatrixOperation[] {
  const document = app.swagger() as unknown as Document;
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => toOperation(document, method, path, operation)),
  );
  const hidden = HIDDEN.map((id) => {
    const [method = '', path = ''] = id.split(' ');
    return { id, method: method as Method, path, isStream: false, query: new Map(), body: undefined };
  });
  return [...described, ...hidden];
}

/** The requests of an operation: with own ids, without them, and with each foreign one that it can name. */
export function requestsOf(operation: MatrixOperation, world: MatrixWorld, role: TriedRole): MatrixRequest[] {
  const { id, method, isStream } = operation;
  const variants = ['own', ...(hasParty(operation) ? (['omitted'] as const) : []), ...foreignOf(operation)] as const;
  return variants.map((variant) => {
    const body = operation.body && bodyOf(operation.body, variant, world);
    return { operation: id, variant, method, url: urlOf(operation, variant, world, role), body, isStream };
  });
}

/** The things of another party that a request of an operation can name. */
export function foreignOf({ path, query, body = {} }: MatrixOperation): Foreign[] {
  return FOREIGN.filter((name) => (name === 'path' ? kindOf(path) in PARTY_KINDS : query.has(name) || name in body));
}

function hasParty({ query, body = {} }: MatrixOperation): boolean {
  return [...OMITTED].some((name) => name in body || query.has(name));
}

function bodyOf(example: Readonly<Record<string, unknown>>, variant: MatrixRequest['variant'], world: MatrixWorld) {
  const named = { ...world.own, [variant]: world.foreign[variant as keyof Party] };
  const kept = Object.entries(example).filter(([name]) => variant !== 'omitted' || !OMITTED.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      if (name in world.own) return [name, named[name as keyof Party]];
      if (name === 'slot_id' || name === 'timeslot_id') return [name, world.slot_id];
      if (name === 'item_id') return [name, world.item_id];
      if (name === 'key') return [name, world.tokens.viewer];
      return [name, name === 'pairs' ? [{ vehicle_id: world.vehicle_id, timestamp: '2023-01-01T00:00:00Z' }] : value];
    }),
  );
}

const OMITTED = new Set(['client_id', 'provider_id']);

function urlOf(
  { path, query, method }: MatrixOperation,
  variant: MatrixRequest['variant'],
  world: MatrixWorld,
  role: TriedRole,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(pathValue(name, path, variant, world)),
  );
  const search = new URLSearchParams();
  for (const [name, { example, isRequired }] of query) {
    if (name === 'supplier') search.set(name, SUPPLIER);
    else if (name === variant) search.set(name, String(world.foreign[name as keyof Party]));
    else if (isRequired) search.set(name, name in world.own ? String(world.own[name as keyof Party]) : String(example));
  }
  // Lists of reservations and bookings need to know whose.
  if (variant === 'own' && method === 'GET') {
    const party = role === 'provider' && query.has('provider_id') ? 'provider_id' : 'client_id';
    if (query.has(party)) search.set(party, String(world.own[party]));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}

function pathValue(name: string, path: string, variant: MatrixRequest['variant'], world: MatrixWorld): string {
  if (name === 'key_id') return world.key_id;
  if (name === 'page') return '1';
  if (name === 'timestamp') return '2023-01-01T00:00:00Z';
  if (name === 'delivery_id') return String((variant === 'path' ? world.foreign : world.own).delivery_id);
  const kind = kindOf(path);
  const party = PARTY_KINDS[kind];
  if (party !== undefined) return String((variant === 'path' ? world.foreign : world.own)[party]);
  const others: Readonly<Record<string, number>> = {
    slots: world.slot_id,
    orders: world.order_id,
    vehicles: world.vehicle_id,
    experience: 15,
  };
  const value = others[kind];
  if (value === undefined) throw new Error(`the matrix has no id for ${path}`);
  return String(value);
}

/** The kind of thing that `{id}` is of: the segment before it. */
function kindOf(path: string): string {
  const segments = path.split('/');
  return segments[segments.indexOf('{id}') - 1] ?? '';
}

const PARTY_KINDS: Readonly<Record<string, keyof Party>> = {
  clients: 'client_id',
  providers: 'provider_id',
  reservations: 'reservation_id',
  bookings: 'booking_id',
  webhooks: 'webhook_id',
};

interface Schema {
  readonly $ref?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly example?: unknown;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown; readonly schema?: Schema }>>;
  };
  readonly responses?: Readonly<Record<string, { readonly content?: object }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function toOperation(document: Document, method: string, path: string, operation: Operation): MatrixOperation {
  const { operationId: id, parameters = [], requestBody, responses = {} } = operation;
  const media = requestBody?.content['application/json'];
  const body = media && (media.example ?? exampleOf(document, media.schema ?? {}));
  const query = parameters.filter((each) => each.in === 'query');
  return {
    id,
    method: method.toUpperCase() as Method,
    path,
    isStream: Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content),
    query: new Map(query.map(({ name, required = false, example }) => [name, { example, isRequired: required }])),
    body: body as Record<string, unknown> | undefined,
  };
}

/** A value put together from the examples of its fields, as documentation pages do. */
function exampleOf(document: Document, { $ref, examples, properties, items }: Schema): unknown {
  if ($ref) return exampleOf(document, document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (examples) return examples[0];
  if (items) return [exampleOf(document, items)];
  if (!properties) return undefined;
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, exampleOf(document, field)]));
}
