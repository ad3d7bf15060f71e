import { formatGet, type HttpAnswer, HttpConnection } from './http-connection.ts';
import { type HttpRate, loadServer } from './http-load.ts';

export const VEHICLES = 10_000;
const FIRST_MS = Date.UTC(2020, 0, 1);
const END_MS = Date.UTC(2025, 0, 1);
const LOAD = { connections: 64, warmUpMs: 1_000, durationMs: 2_000 };

/** Vehicles with eight logs each. The first log is before every requested time. */
export const VEHICLE_STOCK = `
  insert into vehicle (make, model)
    select (array['AUDI', 'BMW', 'FIAT', 'SEAT', 'VW'])[1 + n % 5], 'Model ' || n % 40 from generate_series(1, ${VEHICLES}) n;
  insert into state_log (vehicle_id, at, state)
    select id, timestamptz '2019-12-31 00:00:00+00' + n * interval '200 days' + id * interval '1 hour' * sign(n),
           (array['quoted', 'selling', 'reserved', 'sold'])[1 + n % 4]
      from vehicle, generate_series(0, 7) n;
  analyze vehicle, state_log`;

export const VEHICLE_LOAD_NOTE = `${VEHICLES.toLocaleString('en')} vehicles with eight logs each; every request for a vehicle and a second of the years 2020 to 2024, both uniformly random; ${LOAD.connections} keep-alive connections; ${LOAD.warmUpMs / 1_000} s to warm up, ${LOAD.durationMs / 1_000} s counted`;

/**
 * The forms of a timestamp that clients write, from milliseconds since 1970: what `Date`, a date alone, the assignment
 * that this server grew out of, `encodeURIComponent` and Python's `isoformat` send.
 */
export const TIMESTAMP_FORMS = {
  'T…Z': (ms) => `${secondsOf(ms)}Z`,
  '%20…+00': (ms) => `${secondsOf(ms).replace('T', '%20')}+00`,
  date: (ms) => secondsOf(ms).slice(0, 10),
  'T…%3A…%3A….123Z': (ms) => encodeURIComponent(new Date(ms).toISOString()),
  'T….123456+02:00': (ms) => `${secondsOf(ms)}.123456+02:00`,
} as const satisfies Record<string, (ms: number) => string>;

function secondsOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

type TimestampForm = (ms: number) => string;

function pathOf(vehicle: number, ms: number, form: TimestampForm = TIMESTAMP_FORMS['T…Z']): string {
  return `/vehicles/${vehicle}/timestamp/${form(ms)}`;
}

function randomVehicle(): number {
  return 1 + Math.floor(Math.random() * VEHICLES);
}

export function randomPath(form?: TimestampForm): string {
  return pathOf(randomVehicle(), FIRST_MS + Math.floor(Math.random() * ((END_MS - FIRST_MS) / 1_000)) * 1_000, form);
}

/** The one path per vehicle that `fillCache` reads, so that a cache by vehicle and timestamp has it. */
export function cachedPath(vehicle = randomVehicle()): string {
  return pathOf(vehicle, FIRST_MS + vehicle * 10_000_000);
}

export interface ReadRate extends HttpRate {
  /** Share of the answers that came from a cache, warm-up included. */
  readonly hits: number;
}

interface ReadOptions {
  /** Lines that end with `\r\n`. */
  readonly headers?: string;
  /** The process whose processor time is counted. */
  readonly pid?: number;
}

/** Reads vehicles. @throws if an answer is not the state of a vehicle */
export async function loadReads(
  address: URL,
  path: () => string,
  { headers = '', ...counted }: ReadOptions = {},
): Promise<ReadRate> {
  let answers = 0;
  let hits = 0;
  const rate = await loadServer(address, {
    ...LOAD,
    ...counted,
    request: () => formatGet(address, path(), headers),
    check(answer) {
      answers += 1;
      if (isHit(answer)) hits += 1;
    },
  });
  return { ...rate, hits: hits / answers };
}

/** Reads every vehicle once, so that it is in the cache. */
export async function fillCache(address: URL, headers = ''): Promise<void> {
  const connection = await HttpConnection.open(address);
  for (let vehicle = 1; vehicle <= VEHICLES; vehicle += 1) {
    isHit(await connection.send(formatGet(address, cachedPath(vehicle), headers)));
  }
  connection.close();
}

const CACHED = Buffer.from('{"fromCache":true,"data":{"vehicle":{"id":');
const LOADED = Buffer.from('{"fromCache":false,"data":{"vehicle":{"id":');

function isHit({ status, body }: HttpAnswer): boolean {
  const startsWith = (prefix: Buffer) => body.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
  if (status === 200 && startsWith(CACHED)) return true;
  if (status === 200 && startsWith(LOADED)) return false;
  throw new Error(`a read was answered ${status}: ${body}`);
}
