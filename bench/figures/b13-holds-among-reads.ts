import type { BenchRun, Figure, Findings } from '../figure.ts';
import { formatGet, formatRequest, type HttpAnswer } from '../load/http-connection.ts';
import { type HttpRate, loadServer } from '../load/http-load.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';
import { ratios, takeTurns } from '../rounds.ts';
import { openTemplate, type Template } from '../stock/bench-database.ts';
import { verifyHolds } from '../stock/hold-stock.ts';

const DAYS = 31;
/** Quarter-hours from 9:00 to 17:00. */
const SLOTS_A_DAY = 32;
const SLOTS = DAYS * SLOTS_A_DAY;
const CLIENTS = 1_000;
/** Share of holds among the requests. */
const HOLD_SHARE = 0.05;
const LOAD = { connections: 64, warmUpMs: 1_500, durationMs: 4_000 };

/** Each slot has room for every hold, because holds would otherwise end when the month is sold out. */
const STOCK = `
  insert into provider (first_name, last_name) values ('Jake', 'Black');
  insert into client (first_name, last_name) select 'Client', n::text from generate_series(1, ${CLIENTS}) n;
  insert into slot (provider_id, starts_at, ends_at, capacity)
    select 1, start, start + interval '15 minutes', 1000000
      from generate_series(1, ${DAYS}) day, generate_series(0, ${SLOTS_A_DAY - 1}) quarter,
           lateral (select date_trunc('day', now()) + day * interval '1 day' + interval '9 hours'
                           + quarter * interval '15 minutes' as start) starting;
  analyze client, slot`;

export const holdsAmongReads: Figure = {
  name: 'b13',
  title: 'reads of one provider’s month with one hold to 19 reads ÷ the same reads alone',
  measure,
};

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, STOCK);
  const busy: number[] = [];
  const side = (name: string, holdShare: number) => ({
    name,
    async measure() {
      const { perSecond, generatorBusy } = await measureMix(run, template, holdShare);
      busy.push(generatorBusy);
      return perSecond;
    },
  });
  const [mixed = [], pure = []] = await takeTurns(
    run.rounds,
    [side('mixed, requests/s', HOLD_SHARE), side('reads alone, requests/s', 0)],
    run.say,
  );
  return {
    measures: [
      { what: 'mixed ÷ reads alone', unit: '', goal: { kind: 'at least', value: 0.9 }, values: ratios(mixed, pure) },
      { what: 'mixed', unit: 'requests/s', values: mixed },
      { what: 'reads alone', unit: 'requests/s', values: pure },
      { what: 'load generator busy, share of the time', unit: '', values: busy },
    ],
    notes: [
      `GET /client/getProviderAvailability of ${SLOTS} free slots, ${DAYS} days, and POST /client/reserve of one of them for one of ${CLIENTS.toLocaleString('en')} clients, both picked evenly at random; ${HOLD_SHARE * 100} % holds, picked at random for each request`,
      `${LOAD.connections} keep-alive connections; ${LOAD.warmUpMs / 1_000} s to warm up, ${LOAD.durationMs / 1_000} s counted; each side of each round on a fresh copy of one database`,
      'every slot has a million units, but each hold changes its slot, which is then read and listed again',
      'verified: the database has one reservation for each acknowledged hold; every list is complete',
    ],
  };
}

async function measureMix(run: BenchRun, template: Template, holdShare: number): Promise<HttpRate> {
  await using copy = await template.copy();
  const mix = { held: 0 };
  const rate = await loadMix(run, copy.url, holdShare, mix);
  await verifyHolds(copy.url, mix.held);
  return rate;
}

async function loadMix(run: BenchRun, url: string, holdShare: number, mix: { held: number }): Promise<HttpRate> {
  const env = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', LOG_LEVEL: 'warn' };
  await using server = await startNode([PROGRAM, 'serve'], env, run.profileDir);
  const { address } = server;
  const read = formatGet(address, '/client/getProviderAvailability?provider_id=1');
  const randomId = (count: number) => 1 + Math.floor(Math.random() * count);
  let listBytes = 0;
  return await loadServer(address, {
    ...LOAD,
    request() {
      if (Math.random() >= holdShare) return read;
      const body = `{"client_id":${randomId(CLIENTS)},"timeslot_id":${randomId(SLOTS)}}`;
      return formatRequest(address, 'POST', '/client/reserve', body);
    },
    check(answer, request) {
      if (request !== read) {
        expectStatus(answer, 201);
        mix.held += 1;
        return;
      }
      expectStatus(answer, 200);
      listBytes ||= countSlots(answer) === SLOTS ? answer.body.length : 0;
      if (answer.body.length !== listBytes) throw new Error(`a list has ${countSlots(answer)} slots, not ${SLOTS}`);
    },
  });
}

function expectStatus({ status, body }: HttpAnswer, expected: number): void {
  if (status !== expected) throw new Error(`answered ${status}, not ${expected}: ${body}`);
}

function countSlots({ body }: HttpAnswer): number {
  return (JSON.parse(body.toString()) as { 'available timeslots': unknown[] })['available timeslots'].length;
}
