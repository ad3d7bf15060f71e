import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { startChildServer } from '../support/server/child-server.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly example?: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface MediaType {
  readonly example?: unknown;
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
}

/** Operations that change the same things, in an order in which each example works; each group on a server of its own. */
const GROUPS = [
  [
    ...['createReservation', 'extendReservation', 'rescheduleReservation', 'confirmReservation'],
    ...['getReservation', 'getReservationHistory', 'cancelReservation'],
  ],
  ['reserveTimeslot', 'confirmTimeslotReservation', 'releaseExpiredTimeslots'],
  ['listItems', 'bookItem', 'listBookings', 'getBooking', 'cancelBooking'],
];
/** A stream that does not end. */
const ENDLESS = 'listenToEvents';
/** Optional parameters that an operation needs one of. */
const ONE_OF: Readonly<Record<string, string>> = { listReservations: 'client_id' };

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path'>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = JSON.parse(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8')) as Document;

function readOperations(): Operation[] {
  const { paths } = document;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
}

/** The request that a documentation page offers: required parameters and the body, with their examples. */
async function sendExample(url: string, operation: Operation): Promise<string> {
  const { operationId, method, path, parameters = [], requestBody } = operation;
  const target = new URL(url);
  target.pathname = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(String(parameters.find((each) => each.name === name)?.example)),
  );
  for (const { name, in: place, required, example } of parameters) {
    if (place === 'query' && (required || name === ONE_OF[operationId])) target.searchParams.set(name, String(example));
  }
  const media = requestBody?.content['application/json'];
  const body = media && JSON.stringify(media.example ?? exampleOf(media.schema ?? {}));
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(target, { method, headers, ...(body !== undefined && { body }) });
  return `${response.status}${response.ok ? '' : ` ${await response.text()}`}`;
}

/** A value put together from the examples of its fields, as documentation pages do. */
function exampleOf({ $ref, examples, properties, items }: Schema): unknown {
  if ($ref) return exampleOf(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (examples) return examples[0];
  if (items) return [exampleOf(items)];
  if (!properties) return undefined;
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, exampleOf(field)]));
}

async function failures(operations: readonly Operation[]): Promise<string[]> {
  await using server = await startChildServer({ HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'on' });
  const url = `http://127.0.0.1:${server.port}`;
  const found: string[] = [];
  for (const operation of operations) {
    const answer = await sendExample(url, operation);
    if (!answer.startsWith('2')) found.push(`${operation.operationId}: ${answer}`);
  }
  return found;
}

it('the example of every operation succeeds on a server with sample data', async () => {
  const operations = readOperations();
  const byId = new Map(operations.map((operation) => [operation.operationId, operation]));
  const grouped = GROUPS.map((ids) => ids.map((id) => byId.get(id) as Operation));
  const others = operations.filter(({ operationId }) => ![...GROUPS.flat(), ENDLESS].includes(operationId));
  for (const group of [others, ...grouped]) expect(await failures(group)).toEqual([]);
}, 120_000);
