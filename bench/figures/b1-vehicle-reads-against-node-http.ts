import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings, Goal } from '../figure.ts';
import {
  cachedPath,
  fillCache,
  loadReads,
  randomPath,
  TIMESTAMP_FORMS,
  VEHICLE_LOAD_NOTE,
  VEHICLE_STOCK,
} from '../load/vehicle-reads.ts';
import { type ServerProcess, startNode } from '../processes/server-process.ts';
import { startVehicleServer } from '../processes/vehicle-server.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';

export const vehicleReadsAgainstNodeHttp: Figure = {
  name: 'b1',
  title:
    'processor time of a bare node:http server that answers a constant ÷ that of a cached GET /vehicles/{id}/timestamp/{t}',
  measure,
};

const BARE: Goal = { kind: 'at least', value: 0.85 };
const SAME_HEADERS: Goal = { kind: 'at least', value: 0.95 };
/** A header that the route ignores, and that sends the request through the framework. */
const THROUGH_FRAMEWORK = 'cookie: a\r\n';
const BARE_HTTP = fileURLToPath(new URL('../peers/bare-http.ts', import.meta.url));
/** Headers that Node adds by itself. */
const NODES_OWN = new Set(['date', 'connection', 'keep-alive']);

const FORMS = Object.entries(TIMESTAMP_FORMS);

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, VEHICLE_STOCK);
  await using copy = await template.copy();
  await using holdfast = await startVehicleServer(run, copy.url);
  await fillCache(holdfast.address);
  const { body, headers } = await readAnswer(holdfast.address, cachedPath(5_000));
  await using bare = await startNode([BARE_HTTP, body], {});
  await using sameHeaders = await startNode([BARE_HTTP, body, JSON.stringify(headers)], {});
  // An answer is rendered when it is first read.
  for (let times = 0; times < 2; times += 1) await loadReads(holdfast.address, () => randomPath());
  const busy: number[] = [];
  const side = (name: string, { address, pid }: ServerProcess, path: () => string, extra = '') => ({
    name: `${name}, µs`,
    async measure() {
      const { processorUs, generatorBusy, hits } = await loadReads(address, path, { headers: extra, pid });
      if (hits < 1) throw new Error(`${name}: only ${hits} of the answers came from memory`);
      busy.push(generatorBusy);
      return processorUs;
    },
  });
  const [bareUs = [], sameUs = [], frameworkUs = [], ...formsUs] = await takeTurns(
    run.rounds,
    [
      side('bare', bare, () => randomPath()),
      side('bare with the same headers', sameHeaders, () => randomPath()),
      side('through the framework', holdfast, () => randomPath(), THROUGH_FRAMEWORK),
      ...FORMS.map(([name, form]) => side(name, holdfast, () => randomPath(form))),
    ],
    run.say,
  );
  const ofForms = (peer: readonly number[], what: string, goal: Goal) =>
    FORMS.map(([name], at) => ({ what: `${what} ÷ ${name}`, unit: '', goal, values: ratios(peer, formsUs[at]) }));
  return {
    measures: [
      ...ofForms(bareUs, 'bare', BARE),
      ...ofForms(sameUs, 'bare with the same headers', SAME_HEADERS),
      { what: 'bare ÷ through the framework', unit: '', values: ratios(bareUs, frameworkUs) },
      { what: 'bare', unit: 'µs', values: bareUs },
      { what: 'bare with the same headers', unit: 'µs', values: sameUs },
      ...FORMS.map(([name], at) => ({ what: name, unit: 'µs', values: formsUs[at] ?? [] })),
      { what: 'through the framework', unit: 'µs', values: frameworkUs },
      { what: 'busy share of the load generator', unit: '', values: busy },
    ],
    notes: [
      VEHICLE_LOAD_NOTE,
      `µs: user and system time of the server's process per answer; bare node:http answers ${Buffer.byteLength(body)} bytes with a content type and a length, or with all headers of Holdfast's answer as constants`,
      'through the framework: the T…Z form with a cookie, which keeps a request off the fast path',
      'verified: every answer is a state of a vehicle and came from memory',
    ],
  };
}

/** A body, and the headers that Node does not add by itself, as names and values in turn. */
async function readAnswer(address: URL, path: string): Promise<{ body: string; headers: string[] }> {
  const response = await fetch(new URL(path, address));
  const headers = [...response.headers].filter(([name]) => !NODES_OWN.has(name)).flat();
  return { body: await response.text(), headers };
}
