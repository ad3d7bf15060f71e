import { get } from 'node:http';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';

/** The working days of a month, from 9:00 to 17:00, in slots of half an hour and of a quarter. */
const DAYS = 22;
const SLOT_MINUTES = [30, 15] as const;
const DAY_MS = 86_400_000;

export const bytesOfFreeTime: Figure = {
  name: 'b17',
  title: "bytes of a month of one provider's free time on the wire",
  measure,
};

async function measure(_run: BenchRun): Promise<Findings> {
  const env = { PORT: '0', HOLDFAST_DATA_DIR: 'memory:', HOLDFAST_SAMPLES: 'off', LOG_LEVEL: 'silent' };
  await using server = await startNode([PROGRAM, 'serve'], env);
  const measures: Findings['measures'][number][] = [];
  for (const minutes of SLOT_MINUTES) {
    const url = await offerMonth(server.address, minutes);
    for (const coding of ['br', 'gzip', 'identity']) {
      const value = (await bytesOf(url, coding)) / 1_000;
      const what = `slots of ${minutes} minutes, ${coding}`;
      measures.push({
        what,
        unit: 'kB',
        values: [value],
        ...(coding === 'br' ? { goal: { kind: 'at most', value: 6 } } : {}),
      });
    }
  }
  return {
    measures,
    notes: [`GET /client/getProviderAvailability, ${DAYS} days from 9:00 to 17:00; bodies without headers`],
  };
}

/** Offers a month of a new provider. @returns the address of its free time */
async function offerMonth(address: URL, minutes: number): Promise<URL> {
  const { provider_id } = await post(new URL('/api/v1/providers', address), { first_name: 'Jake', last_name: 'Black' });
  const days = Array.from({ length: DAYS }, (_, day) =>
    new Date(Date.now() + (day + 3) * DAY_MS).toISOString().slice(0, 10),
  );
  const ranges = days.map((day) => ({ start_time: `${day}T09:00Z`, end_time: `${day}T17:00Z` }));
  await post(new URL(`/api/v1/providers/${provider_id}/availability`, address), { ranges, slot_minutes: minutes });
  return new URL(`/client/getProviderAvailability?provider_id=${provider_id}`, address);
}

async function post(url: URL, body: object): Promise<{ readonly provider_id?: number }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.status !== 201) throw new Error(`${url.pathname} was answered ${response.status}`);
  return (await response.json()) as { provider_id?: number };
}

/** The length of a body as it is sent. `fetch` would decode it. */
function bytesOf(url: URL, coding: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  get(url, { headers: { 'accept-encoding': coding } }, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    response.on('end', () => resolve(bytes));
    response.on('error', reject);
  }).on('error', reject);
  return promise;
}
