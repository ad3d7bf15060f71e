import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../src/platform/seeded-random.ts';
import { judgeFreshness, type Read, type Verdict, type Write } from './freshness-history.ts';

/** One request and how it was answered. */
export interface TimedRequest {
  readonly path: string;
  readonly startedAt: number;
  readonly tookMs: number;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly cacheStatus: string;
}

/** A thing that is written again and again. Its version can be read from its answers. */
interface Subject {
  readonly name: string;
  /** The request that writes a version. */
  request(version: number): readonly [method: string, path: string, body: object];
}

const COUNT = 5;
const CAPACITY = 1_000_000;
const BOUND_MS = 60_000;

/** Fixture: a provider with slots, clients and vehicles, with ids from 1. `FreshLoad.start` adds the orders. */
export const FRESHNESS_FIXTURE = `
  insert into provider (first_name, last_name) values ('Jake', 'Black');
  insert into client (first_name, last_name) select 'Client', n::text from generate_series(1, 20000) n;
  insert into slot (provider_id, starts_at, ends_at, capacity)
    select 1, start, start + interval '15 min', ${CAPACITY} from generate_series(1, ${COUNT}) n,
      lateral (select date_trunc('day', now()) + interval '30 days' + n * interval '15 min' as start) at;
  insert into vehicle (make, model) select 'Make', n::text from generate_series(1, ${COUNT}) n`;

const orderOf = (customer: string) => ({
  customer,
  currency: 'EUR',
  lines: [{ description: 'thing', quantity: 1, unit_price: 1 }],
});

let holders = 0;
const SUBJECTS: readonly Subject[] = Array.from({ length: COUNT }, (_, index) => index + 1).flatMap((id) => [
  {
    name: `vehicle ${id}`,
    request: (version: number) => [
      'POST',
      `/vehicles/${id}/state-logs`,
      { state: `${version}`, timestamp: '2022-09-12T10:00:00+00:00' },
    ],
  },
  { name: `order ${id}`, request: (version: number) => ['PUT', `/api/v1/orders/${id}`, orderOf(`${version}`)] },
  {
    name: `slot ${id}`,
    request: () => ['POST', '/client/reserve', { client_id: (holders++ % 20_000) + 1, timeslot_id: id }],
  },
]);

type Versions = readonly (readonly [name: string, version: number])[];

/** The requests that read, and how to read the versions from their answers. */
const QUERIES: readonly { readonly path: string; versions(body: never): Versions }[] = [
  ...Array.from({ length: COUNT }, (_, index) => ({
    path: `/vehicles/${index + 1}/history`,
    versions: ({ history }: { history: object[] }): Versions => [[`vehicle ${index + 1}`, history.length]],
  })),
  {
    path: '/orders/1',
    versions: ({ orders }: { orders: { order_id: number; customer: string }[] }) =>
      orders.map(({ order_id, customer }) => [`order ${order_id}`, Number(customer)]),
  },
  {
    path: '/api/v1/slots?provider_id=1&available=true',
    versions: ({ slots }: { slots: { slot_id: number; remaining: number }[] }) =>
      slots.map(({ slot_id, remaining }) => [`slot ${slot_id}`, CAPACITY - remaining]),
  },
];

/** Readers on every instance, and one writer for each subject, which writes on a random instance each time. */
export class FreshLoad {
  readonly reads: TimedRequest[] = [];
  readonly writes: TimedRequest[] = [];
  readonly #ports: readonly number[];
  readonly #random: Random;
  readonly #writeHistory = new Map<string, Write[]>();
  readonly #readHistory = new Map<string, Read[]>();
  #running: Promise<void>[] = [];
  #stopped = false;

  constructor(ports: readonly number[], random: Random) {
    this.#ports = ports;
    this.#random = random;
  }

  async start(): Promise<void> {
    for (let order = 0; order < COUNT; order += 1) await this.#send(0, 'POST', '/api/v1/orders', orderOf('0'));
    const readers = this.#ports.flatMap((_, instance) => [1, 2, 3].map(() => this.#keepReading(instance)));
    this.#running = [...readers, ...SUBJECTS.map((subject) => this.#keepWriting(subject))];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  /** Sends every query to every instance. To be called after the last write, when every change has arrived. */
  async readAfterQuiet(): Promise<void> {
    for (const instance of this.#ports.keys()) {
      for (const query of QUERIES) await this.#read(instance, query, true);
    }
  }

  /** @param stored the versions in the tables, by subject */
  verdicts(stored: ReadonlyMap<string, number>): Verdict[] {
    return SUBJECTS.flatMap(({ name }) =>
      judgeFreshness(this.#writeHistory.get(name) ?? [], this.#readHistory.get(name) ?? [], stored.get(name) ?? -1),
    );
  }

  async #keepReading(instance: number): Promise<void> {
    while (!this.#stopped) {
      await this.#read(instance, this.#random.pick(QUERIES), false);
      await delay(this.#random.integer(1, 8));
    }
  }

  async #keepWriting({ name, request }: Subject): Promise<void> {
    const history: Write[] = [];
    this.#writeHistory.set(name, history);
    for (let version = 1; !this.#stopped; version += 1) {
      await delay(this.#random.integer(50, 250));
      const instance = this.#random.integer(0, this.#ports.length - 1);
      const [method, path, body] = request(version);
      const { timed } = await this.#send(instance, method, path, body);
      history.push({ version, instance, invokedAt: timed.startedAt, returnedAt: performance.now() });
      this.writes.push(timed);
    }
  }

  async #read(instance: number, { path, versions }: (typeof QUERIES)[number], afterQuiet: boolean): Promise<void> {
    const { timed, body, ageS } = await this.#send(instance, 'GET', path);
    const returnedAt = performance.now();
    this.reads.push(timed);
    if (timed.status !== 200) return;
    for (const [name, version] of versions(body as never)) {
      const { startedAt: invokedAt, cacheStatus: from } = timed;
      const read = {
        instance,
        version,
        ageMs: ageS * 1_000,
        boundMs: BOUND_MS,
        invokedAt,
        returnedAt,
        afterQuiet,
        from,
      };
      this.#readHistory.getOrInsertComputed(name, () => []).push(read);
    }
  }

  async #send(instance: number, method: string, path: string, body?: object) {
    const startedAt = performance.now();
    try {
      const response = await fetch(`http://127.0.0.1:${this.#ports[instance]}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const answer: unknown = await response.json();
      const cacheStatus = response.headers.get('cache-status') ?? '';
      const tookMs = performance.now() - startedAt;
      const timed = { path, startedAt, tookMs, status: response.status, cacheStatus };
      return { timed, body: answer, ageS: Number(response.headers.get('age')) };
    } catch {
      const tookMs = performance.now() - startedAt;
      return { timed: { path, startedAt, tookMs, status: 0, cacheStatus: '' }, body: undefined, ageS: 0 };
    }
  }
}
