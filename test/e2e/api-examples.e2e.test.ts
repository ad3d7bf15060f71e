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
  [
    ...['createWebhook', 'listWebhooks', 'getWebhook', 'updateWebhook', 'getWebhookSecret', 'rotateWebhookSecret'],
    ...['testWebhook', 'listWebhookDeliveries', 'getWebhookDelivery', 'replayWebhookDelivery', 'replayWebhook'],
    'deleteWebhook',
  ],
];
/** Operations on a key that exists: its id and its secret come from the server, so no example can name them. */
const KEY_OPERATIONS = ['signIn', 'rotateKey', 'revokeKey'];
/** A stream that does not end. */
const ENDLESS = 'listenToEvents';
/** Optional parameters that an operation needs one of. */
const ONE_OF: Readonly<Record<string, string>> = {
  listBookings: 'client_id',
  listReservations: 'client_id',
  listAvailableTimeslots: 'provider_id',
};

type Known = Readonly<Record<string, string>>;

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

/**
 * The request that a documentation page offers: required parameters and the body, with their examples.
 *
 * @param known values that replace the examples of the path parameters and body fields with their names
 */
async function sendExample(url: string, operation: Operation, known: Known = {}): Promise<Response> {
  const { operationId, method, path, parameters = [], requestBody } = operation;
  const target = new URL(url);
  target.pathname = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(String(known[name] ?? parameters.find((each) => each.name === name)?.example)),
  );
  for (const { name, in: place, required, example } of parameters) {
    if (place === 'query' && (required || name === ONE_OF[operationId])) target.searchParams.set(name, String(example));
  }
  const media = requestBody?.content['application/json'];
  const example = media && (media.example ?? exampleOf(media.schema ?? {}));
  const body = example === undefined ? undefined : JSON.stringify(withKnown(example, known));
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(target, { method, headers, ...(body !== undefined && { body }) });
}

function withKnown(example: unknown, known: Known): unknown {
  if (typeof example !== 'object' || example === null) return example;
  const replaced = Object.entries(known).filter(([name]) => name in example);
  return { ...example, ...Object.fromEntries(replaced) };
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
    const response = await sendExample(url, operation);
    if (!response.ok) found.push(`${operation.operationId}: ${response.status} ${await response.text()}`);
  }
  return found;
}

it('the example of every operation succeeds on a server with sample data', async () => {
  const operations = readOperations();
  const byId = new Map(operations.map((operation) => [operation.operationId, operation]));
  const grouped = GROUPS.map((ids) => ids.map((id) => byId.get(id) as Operation));
  const others = operations.filter(
    ({ operationId }) => ![...GROUPS.flat(), ...KEY_OPERATIONS, ENDLESS].includes(operationId),
  );
  for (const group of [others, ...grouped]) expect(await failures(group)).toEqual([]);
}, 120_000);

it('the examples of key operations succeed with a key that the example of createKey makes', async () => {
  const byId = new Map(readOperations().map((operation) => [operation.operationId, operation]));
  await using server = await startChildServer({ HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'on' });
  const send = (id: string, known?: Known) =>
    sendExample(`http://127.0.0.1:${server.port}`, byId.get(id) as Operation, known);
  const { key_id, key } = (await (await send('createKey')).json()) as Record<'key_id' | 'key', string>;
  for (const id of KEY_OPERATIONS) {
    const response = await send(id, { key_id, key });
    expect(response.ok, `${id}: ${response.status} ${await response.text()}`).toBe(true);
  }
});
