import type { BenchRun, Figure, Findings } from '../figure.ts';
import { loadHolds } from '../load/hold-load.ts';
import { fillCache, loadReads, randomPath, VEHICLE_LOAD_NOTE, VEHICLE_STOCK } from '../load/vehicle-reads.ts';
import { PROGRAM, type ServerProcess, startNode } from '../processes/server-process.ts';
import { AUTH_ON, authorizationLine } from '../processes/service-key.ts';
import { startVehicleServer } from '../processes/vehicle-server.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate, type Template } from '../stock/bench-database.ts';
import { HOLD_STOCK, HOLD_STOCK_NOTE, randomHold, verifyHolds } from '../stock/hold-stock.ts';

export const costOfAccessControl: Figure = {
  name: 'b14',
  title: 'processor time with AUTH=off ÷ with AUTH=on and a key, for a read from memory and for a hold',
  measure,
};

const HOLD_LOAD = { connections: 64, warmUpMs: 1_500, durationMs: 4_000, body: randomHold };

async function measure(run: BenchRun): Promise<Findings> {
  const [readsOff = [], readsOn = []] = await measureReads(run);
  const [holdsOff = [], holdsOn = []] = await measureHolds(run);
  return {
    measures: [
      { what: 'read: off ÷ on', unit: '', goal: { kind: 'at least', value: 0.85 }, values: ratios(readsOff, readsOn) },
      { what: 'hold: off ÷ on', unit: '', goal: { kind: 'at least', value: 0.95 }, values: ratios(holdsOff, holdsOn) },
      { what: 'read, off', unit: 'µs', values: readsOff },
      { what: 'read, on', unit: 'µs', values: readsOn },
      { what: 'hold, off', unit: 'µs', values: holdsOff },
      { what: 'hold, on', unit: 'µs', values: holdsOn },
    ],
    notes: [
      `reads: ${VEHICLE_LOAD_NOTE}`,
      `holds: ${HOLD_STOCK_NOTE}; ${HOLD_LOAD.connections} keep-alive connections; ${HOLD_LOAD.warmUpMs / 1_000} s to warm up, ${HOLD_LOAD.durationMs / 1_000} s counted`,
      "µs: user and system time of the server's process per answer, the database's not counted; on: every request carries one key of the role service, with a rate limit and a limit of live holds that are never reached",
    ],
  };
}

async function measureReads(run: BenchRun): Promise<readonly (readonly number[])[]> {
  await using template = await openTemplate(run.postgresUrl, VEHICLE_STOCK);
  await using ofOff = await template.copy();
  await using ofOn = await template.copy();
  await using off = await startVehicleServer(run, ofOff.url);
  await using on = await startVehicleServer(run, ofOn.url, AUTH_ON);
  const key = await authorizationLine(on.address);
  await fillCache(off.address);
  await fillCache(on.address, key);
  const side = (name: string, { address, pid }: ServerProcess, headers: string) => ({
    name: `${name}, µs per read`,
    measure: async () => (await loadReads(address, () => randomPath(), { headers, pid })).processorUs,
  });
  const sides = [side('off', off, ''), side('on', on, key)];
  // An answer is rendered when it is first read.
  for (const { measure: warmUp } of sides) await warmUp();
  return await takeTurns(run.rounds, sides, run.say);
}

async function measureHolds(run: BenchRun): Promise<readonly (readonly number[])[]> {
  await using template = await openTemplate(run.postgresUrl, HOLD_STOCK);
  const side = (name: string, env: Record<string, string>) => ({
    name: `${name}, µs per hold`,
    measure: () => measureHoldsOnce(run, template, env),
  });
  return await takeTurns(run.rounds, [side('off', {}), side('on', AUTH_ON)], run.say);
}

async function measureHoldsOnce(run: BenchRun, template: Template, env: Record<string, string>): Promise<number> {
  await using copy = await template.copy();
  const { held, processorUs } = await loadServer(run, copy.url, env);
  await verifyHolds(copy.url, held);
  return processorUs;
}

async function loadServer(run: BenchRun, url: string, env: Record<string, string>) {
  const settings = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', LOG_LEVEL: 'warn' };
  await using server = await startNode([PROGRAM, 'serve'], { ...settings, ...env }, run.profileDir);
  const headers = env.AUTH === 'on' ? await authorizationLine(server.address) : '';
  return await loadHolds(server.address, { ...HOLD_LOAD, headers, pid: server.pid });
}
