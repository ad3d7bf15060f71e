import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import { formatGet, HttpConnection } from '../load/http-connection.ts';
import {
  cachedPath,
  fillCache,
  loadReads,
  randomPath,
  VEHICLE_LOAD_NOTE,
  VEHICLE_STOCK,
} from '../load/vehicle-reads.ts';
import { startNode } from '../processes/server-process.ts';
import { startVehicleServer } from '../processes/vehicle-server.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';

export const vehicleReadsAgainstNodeHttp: Figure = {
  name: 'b1',
  title: 'cached GET /vehicles/{id}/timestamp/{t} ÷ a bare node:http server that answers a constant of the same size',
  measure,
};

/** A header that the route ignores, and that sends the request through the framework. */
const THROUGH_FRAMEWORK = 'cookie: a\r\n';

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, VEHICLE_STOCK);
  await using copy = await template.copy();
  await using holdfast = await startVehicleServer(run, copy.url);
  await fillCache(holdfast.address);
  const body = await readBody(holdfast.address, cachedPath(5_000));
  await using bare = await startNode([fileURLToPath(new URL('../peers/bare-http.ts', import.meta.url)), body], {});
  const busy: number[] = [];
  const side = (name: string, address: URL, headers = '') => ({
    name,
    async measure() {
      const { perSecond, generatorBusy, hits } = await loadReads(address, randomPath, headers);
      if (hits < 1) throw new Error(`${name}: only ${hits} of the answers came from memory`);
      busy.push(generatorBusy);
      return perSecond;
    },
  });
  const [fast = [], framework = [], bareHttp = []] = await takeTurns(
    run.rounds,
    [
      side('Holdfast, reads/s', holdfast.address),
      side('through the framework, reads/s', holdfast.address, THROUGH_FRAMEWORK),
      side('bare node:http, reads/s', bare.address),
    ],
    run.say,
  );
  return {
    measures: [
      { what: 'Holdfast ÷ bare', unit: '', goal: { kind: 'at least', value: 0.85 }, values: ratios(fast, bareHttp) },
      { what: 'through the framework ÷ bare', unit: '', values: ratios(framework, bareHttp) },
      { what: 'Holdfast', unit: 'reads/s', values: fast },
      { what: 'bare node:http', unit: 'reads/s', values: bareHttp },
      { what: 'busy share of the load generator', unit: '', values: busy },
    ],
    notes: [
      VEHICLE_LOAD_NOTE,
      `bare node:http answers ${Buffer.byteLength(body)} bytes with a content type and a length; Holdfast also sends age, origin and ETag, and counts the answer`,
      'through the framework: the same with a cookie, which keeps a request off the fast path',
      'verified: every answer is a state of a vehicle and came from memory',
    ],
  };
}

async function readBody(address: URL, path: string): Promise<string> {
  const connection = await HttpConnection.open(address);
  const { body } = await connection.send(formatGet(address, path));
  connection.close();
  return body.toString();
}
