import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../../../test/support/server/until.ts';
import { ManualClock } from '../../../test/support/supply/manual-clock.ts';
import { type RunningSimulator, type SimulatorOptions, startSimulator } from '../index.ts';
import { READ_FAULTS, type ReadFault, WRITE_FAULTS } from './faults.ts';

const PATH = '/api/v1/inventory/14?date=2026-12-08';
const SLOT = '225532707687_2026-12-06T00:00';

const start = (options: Partial<SimulatorOptions> = {}) =>
  startSimulator({ kind: 'per-date', clock: new ManualClock('2026-12-02T17:00:00Z'), ...options });

async function ids(response: Response): Promise<string[]> {
  return ((await response.json()) as { providerSlotId: string }[]).map(({ providerSlotId }) => providerSlotId);
}

function bookOnce(simulator: RunningSimulator): Promise<Response> {
  const body = JSON.stringify({ slot_id: SLOT, quantity: 1, reference: 'r' });
  return fetch(`${simulator.url}/bookings`, { method: 'POST', headers: { 'idempotency-key': 'k' }, body });
}

type Pull = (init?: RequestInit) => Promise<Response>;

/** The effect of each fault on a client. Without the fault, each of these checks fails. */
const EFFECTS: Readonly<Record<ReadFault, (pull: Pull) => Promise<void>>> = {
  'too-many': async (pull) => {
    const response = await pull();
    expect(response.status).toBe(429);
    expect(await response.json()).toEqual({ rateLimitState: { reset: expect.any(Number) } });
  },
  error: async (pull) => expect((await pull()).status).toBe(500),
  timeout: async (pull) => {
    await expect(pull({ signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout');
  },
  'reset-before-headers': async (pull) => expect(pull()).rejects.toThrow('fetch failed'),
  'reset-after-headers': async (pull) => {
    const response = await pull();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  },
  truncated: async (pull) => {
    const response = await pull();
    await expect(response.text()).rejects.toThrow('terminated');
  },
  'invalid-json': async (pull) => expect((await pull()).json()).rejects.toThrow(SyntaxError),
  'wrong-shape': async (pull) => expect(await (await pull()).json()).toEqual({ data: null }),
  duplicated: async (pull) => {
    const received = await ids(await pull());
    expect([received.length, new Set(received).size]).toEqual([18, 9]);
  },
  reordered: async (pull) => {
    const received = await ids(await pull());
    expect(received).not.toEqual(received.toSorted());
    expect(new Set(received).size).toBe(9);
  },
  huge: async (pull) => {
    const body = await (await pull()).arrayBuffer();
    expect(body.byteLength).toBeGreaterThanOrEqual(1_000_000);
    expect(body.byteLength).toBeLessThan(1_100_000);
  },
  drip: async (pull) => {
    const reader = (await pull()).body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.byteLength).toBeLessThan(10);
    await reader?.cancel();
  },
  redirect: async (pull) => {
    const response = await pull({ redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(`${PATH}&redirected=1`);
  },
};

describe('read faults', () => {
  it.each(READ_FAULTS)('the fault %s applies to the next read only', async (fault) => {
    await using simulator = await start({ hugeBytes: 1_000_000, dripMs: 20 });
    const pull: Pull = (init) => fetch(`${simulator.url}${PATH}`, init);
    await expect(EFFECTS[fault](pull), 'without the fault').rejects.toThrow();
    simulator.setFaults({ [fault]: { next: 1 } });
    await EFFECTS[fault](pull);
    expect(simulator.log().map((entry) => entry.fault)).toEqual([undefined, fault]);
    expect(await ids(await pull())).toHaveLength(9);
  });

  it('faults are as frequent as their probability, and the same for the same seed', async () => {
    await using one = await start({ seed: 11 });
    await using two = await start({ seed: 11 });
    const run = async (simulator: RunningSimulator) => {
      simulator.setFaults({ error: { probability: 0.3 } });
      const statuses: number[] = [];
      for (let n = 0; n < 200; n += 1) statuses.push((await fetch(`${simulator.url}${PATH}`)).status);
      return statuses;
    };
    const statuses = await run(one);
    expect(await run(two)).toEqual(statuses);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(40);
    expect(statuses.filter((status) => status === 500).length).toBeLessThan(80);
  });

  it('a redirect that is followed makes two entries in the log', async () => {
    await using simulator = await start();
    simulator.setFaults({ redirect: { next: 1 } });
    expect((await fetch(`${simulator.url}${PATH}`)).status).toBe(200);
    expect(simulator.log().map(({ status }) => status)).toEqual([302, 200]);
  });

  it('a read that is never answered does not keep the simulator from stopping', async () => {
    const simulator = await start();
    simulator.setFaults({ timeout: { next: 1 } });
    const hanging = fetch(`${simulator.url}${PATH}`).catch((error: unknown) => error);
    await until('the request has arrived', () => simulator.log().length === 1);
    await simulator[Symbol.asyncDispose]();
    expect(await hanging).toBeInstanceOf(TypeError);
  });
});

describe('write faults', () => {
  it.each([
    ['error-before', 0],
    ['error-after', 1],
    ['lost-acknowledgement', 1],
  ] as const)('after %s there are %i bookings, and after a retry there is one', async (fault, bookings) => {
    await using simulator = await start();
    simulator.setFaults({ [fault]: { next: 1 } });
    const first = await bookOnce(simulator).then(
      ({ status }) => status,
      () => 'lost',
    );
    expect(first).toBe(fault === 'lost-acknowledgement' ? 'lost' : 500);
    expect(simulator.bookings()).toHaveLength(bookings);
    expect((await bookOnce(simulator)).status).toBe(201);
    expect(simulator.bookings()).toHaveLength(1);
  });
});

describe('docs/simulator.md', () => {
  it('docs/simulator.md lists every fault and no other', async () => {
    const text = await readFile(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| `([a-z-]+)` +\| (?:reads|bookings)/gm)].map(([, name]) => name);
    expect(listed).toEqual([...READ_FAULTS, ...WRITE_FAULTS]);
  });
});
