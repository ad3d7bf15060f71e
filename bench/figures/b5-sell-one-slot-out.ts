import type { BenchRun, Figure, Findings } from '../figure.ts';
import { BUYERS, CAPACITY, saleStock, sellOut } from '../load/slot-sale.ts';
import { PROGRAM, startNode } from '../processes/server-process.ts';
import { openTemplate, withClient } from '../stock/bench-database.ts';
import { auditSale, proveAudit, type Sold } from '../stock/sale-audit.ts';

export const sellOneSlotOut: Figure = {
  name: 'b5',
  title: `${BUYERS.toLocaleString('en')} buyers on one slot of capacity ${CAPACITY.toLocaleString('en')}, hold and confirm, until sold out`,
  measure,
};

async function measure(run: BenchRun): Promise<Findings> {
  const confirmed: number[] = [];
  const perSecond: number[] = [];
  // One slot more than there are rounds: the first sale warms the server up, and is verified like the others.
  await using template = await openTemplate(run.postgresUrl, saleStock(run.rounds + 1));
  await using copy = await template.copy();
  const env = { DATABASE_URL: copy.url, HOST: '127.0.0.1', PORT: '0', MIN_NOTICE: '0s', LOG_LEVEL: 'warn' };
  await using server = await startNode([PROGRAM, 'serve'], env, run.profileDir);
  for (let round = 0; round <= run.rounds; round += 1) {
    const slotId = round + 1;
    const { sold, seconds } = await sellOut(server.address, slotId);
    const confirmedUnits = await verify(copy.url, slotId, sold);
    const rate = confirmedUnits / seconds;
    const which = round === 0 ? 'warm-up' : `round ${round} of ${run.rounds}`;
    run.say(`${which}: ${confirmedUnits} confirmed, ${rate.toFixed(0)}/s`);
    if (round > 0) {
      confirmed.push(confirmedUnits);
      perSecond.push(rate);
    }
  }
  return {
    measures: [
      { what: 'confirmed in the tables', unit: '', goal: { kind: 'exactly', value: CAPACITY }, values: confirmed },
      { what: 'confirmed', unit: '/s', goal: { kind: 'at least', value: 4_000 }, values: perSecond },
    ],
    notes: [
      `each buyer is a client with its own keep-alive connection, over raw sockets, that holds and confirms one unit after the other until a hold is refused`,
      'verified after each sale: the confirmed reservations are those answered with 200, with the same clients; none is still held; the slot counts the same number',
      'control: the verification notices one unit too many, one too few, and one of another client',
    ],
  };
}

async function verify(url: string, slotId: number, sold: readonly Sold[]): Promise<number> {
  return withClient(url, async (client) => {
    const audit = await auditSale(client, slotId, sold);
    if (audit.flaws.length > 0) throw new Error(`the sale of slot ${slotId}: ${audit.flaws.join('; ')}`);
    await proveAudit(client, slotId, sold);
    return audit.confirmedUnits;
  });
}
