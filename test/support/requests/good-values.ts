import type { Random } from '../../../src/platform/seeded-random.ts';
import type { JsonSchema, Route } from './api-surface.ts';
import { ODD_TIMES } from './bad-times.ts';

/** The data of the server under test, as far as the generator knows them. */
export interface World {
  /** Ids by kind (`provider_id`) that the server has assigned, so that requests reach code behind the first 404. */
  readonly ids: Map<string, number[]>;
  /** The start of today, in UTC. */
  readonly todayMs: number;
}

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Singapore', 'Pacific/Apia', 'Asia/Kathmandu'] as const;
const NAMES = ['Jake', 'Zoë', '李', 'O’Neill', '😀', 'a'.repeat(200)] as const;
const IS_ID = /(^|_)id$/i;
const IS_TIME = /(_time|_at|timestamp)$|^(start|end|from|to|at)$/;
const DAY_MS = 86_400_000;

/** Whether a field of a body or a parameter is an id. */
export function isId(name: string, schema: JsonSchema): boolean {
  return IS_ID.test(name) && schema.type === 'integer';
}

/** Whether a field of a body or a parameter is a time. */
export function isTime(name: string, schema: JsonSchema): boolean {
  return IS_TIME.test(name) && schema.type === 'string';
}

/** The kind of an id: `slot_id` for the `id` of `/api/v1/slots/{id}`, and for the `timeslot_id` of the fixed paths. */
export function idKind(name: string, path: string): string {
  if (name === 'timeslot_id') return 'slot_id';
  if (name !== 'id') return name;
  const segments = path.split('/');
  const owner = segments[segments.indexOf('{id}') - 1] ?? '';
  return `${owner.replace(/s$/, '')}_id`;
}

function someId(random: Random, kind: string, world: World): number {
  const [first, ...others] = world.ids.get(kind) ?? [];
  if (first === undefined || random.chance(0.1)) return random.integer(1, 50);
  // Many requests for the same thing, so that they meet what earlier ones did to it.
  return others.length === 0 || random.chance(0.4) ? first : random.pick(others);
}

/** A time in the coming year, on a quarter of an hour. */
function someTime(random: Random, { todayMs }: World): string {
  const time = new Date(todayMs + random.integer(2, 360) * DAY_MS + random.integer(0, 95) * 900_000).toISOString();
  return random.pick([time.replace('.000Z', 'Z'), time.slice(0, 16), time.slice(0, 16).replace('T', ' ')]);
}

/** JSON that the schema and most of the rules behind it accept. */
function goodJson(random: Random, name: string, schema: JsonSchema, path: string, world: World): string {
  if (schema.enum) return JSON.stringify(random.pick(schema.enum));
  if (isId(name, schema)) return String(someId(random, idKind(name, path), world));
  if (schema.anyOf) return goodJson(random, name, schema.anyOf[0] ?? {}, path, world);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return String(someNumber(random, schema));
    case 'boolean':
      return String(random.chance(0.5));
    case 'array': {
      const size = Math.max(random.integer(0, 2), schema.minItems ?? 0);
      return `[${Array.from({ length: size }, () => goodJson(random, name, schema.items ?? {}, path, world)).join(',')}]`;
    }
    case 'object':
      return writeObject(goodFields(random, schema, path, world));
    default:
      return JSON.stringify(someText(random, name, world));
  }
}

/** The fields of an object, each as JSON. An end time is after its start time. */
export function goodFields(random: Random, schema: JsonSchema, path: string, world: World): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isRequired = schema.required?.includes(name) ?? false;
    if (isRequired || random.chance(0.4)) fields.set(name, goodJson(random, name, property, path, world));
  }
  if (fields.has('start_time') && fields.has('end_time')) {
    const startMs = world.todayMs + random.integer(2, 360) * DAY_MS + random.integer(0, 60) * 900_000;
    fields.set('start_time', JSON.stringify(new Date(startMs).toISOString()));
    fields.set('end_time', JSON.stringify(new Date(startMs + random.integer(1, 8) * 900_000).toISOString()));
  }
  return fields;
}

/** An object as JSON, from fields that are JSON. */
export function writeObject(fields: ReadonlyMap<string, string>): string {
  return `{${[...fields].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

/** The text of a parameter, before percent-encoding. */
export function goodText(random: Random, name: string, schema: JsonSchema, route: Route, world: World): string {
  const json = goodJson(random, name, schema, route.path, world);
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

function someNumber(random: Random, { minimum = 1, maximum = 100 }: JsonSchema): number {
  const edge = random.chance(0.05) ? maximum : Math.min(maximum, minimum + random.integer(0, 9));
  return Math.trunc(edge);
}

function someText(random: Random, name: string, world: World): string {
  if (IS_TIME.test(name)) return random.chance(0.1) ? random.pick(ODD_TIMES) : someTime(random, world);
  if (/zone/.test(name)) return random.pick(ZONES);
  // A name that never exists, so that nothing is sent anywhere.
  if (name === 'url') return 'https://hooks.invalid/holdfast';
  if (/until|date|since/.test(name)) return someTime(random, world).slice(0, 10);
  return random.pick(NAMES);
}
