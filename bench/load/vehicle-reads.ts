import type { HttpAnswer } from './http-connection.ts';
import { formatGet, HttpConnection } from './http-connection.ts';
import { loadServer } from './http-load.ts';

export const VEHICLES = 10_000;
const FIRST_MS = Date.UTC(2020, 0, 1);
const END_MS = Date.UTC(2025, 0, 1);
const LOAD = { connections: 64, warmUpMs: 1_500, durationMs: 4_000 };

/** Each vehicle with eight logs, the first of them before every time that is asked for. */
export const VEHICLE_STOCK = `
  insert into vehicle (make, model)
    select (array['AUDI', 'BMW', 'FIAT', 'SEAT', 'VW'])[1 + n % 5], 'Model ' || n % 40 from generate_series(1, ${VEHICLES}) n;
  insert into state_log (vehicle_id, at, state)
    select id, timestamptz '2019-12-31 00:00:00+00' + n * interval '200 days' + id * interval '1 hour' * sign(n),
           (array['quoted', 'selling', 'reserved', 'sold'])[1 + n % 4]
      from vehicle, generate_series(0, 7) n;
  analyze vehicle, state_log`;

export const VEHICLE_LOAD_NOTE = `${VEHICLES.toLocaleString('en')} vehicles with eight logs each; every request for one of them and a second of the years 2020 to 2024, both picked evenly at random; ${LOAD.connections} keep-alive connections; ${LOAD.warmUpMs / 1_000} s to warm up, ${LOAD.durationMs / 1_000} s counted`;

export function pathOf(vehicle: number, ms: number): string {
  return `/vehicles/${vehicle}/timestamp/${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function someVehicle(): number {
  return 1 + Math.floor(Math.random() * VEHICLES);
}

export function randomPath(): string {
  return pathOf(someVehicle(), FIRST_MS + Math.floor(Math.random() * ((END_MS - FIRST_MS) / 1_000)) * 1_000);
}

/** One path a vehicle: what a cache by vehicle and timestamp can know. */
export function knownPath(vehicle = someVehicle()): string {
  return pathOf(vehicle, FIRST_MS + vehicle * 10_000_000);
}

export interface ReadRate {
  readonly perSecond: number;
  readonly generatorBusy: number;
  /** The part of the answers, those of the warm-up too, that came from a cache. */
  readonly hits: number;
}

/** Reads vehicles; an answer that is not one of them ends it with an error. */
export async function loadReads(address: URL, path: () => string, headers = ''): Promise<ReadRate> {
  let answers = 0;
  let hits = 0;
  const rate = await loadServer(address, {
    ...LOAD,
    request: () => formatGet(address, path(), headers),
    check(answer) {
      answers += 1;
      if (isHit(answer)) hits += 1;
    },
  });
  return { ...rate, hits: hits / answers };
}

/** Asks for every vehicle once, so that a cache knows it. */
export async function fillCache(address: URL): Promise<void> {
  const connection = await HttpConnection.open(address);
  for (let vehicle = 1; vehicle <= VEHICLES; vehicle += 1) {
    isHit(await connection.send(formatGet(address, knownPath(vehicle))));
  }
  connection.close();
}

const CACHED = Buffer.from('{"fromCache":true,"data":{"vehicle":{"id":');
const LOADED = Buffer.from('{"fromCache":false,"data":{"vehicle":{"id":');

function isHit({ status, body }: HttpAnswer): boolean {
  const begins = (with_: Buffer) => body.compare(with_, 0, with_.length, 0, with_.length) === 0;
  if (status === 200 && begins(CACHED)) return true;
  if (status === 200 && begins(LOADED)) return false;
  throw new Error(`a read was answered ${status}: ${body}`);
}
