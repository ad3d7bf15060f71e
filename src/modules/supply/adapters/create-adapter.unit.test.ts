import { adapterSuite } from '../../../../test/support/supply/adapter-suite.ts';
import type { RunningSimulator } from '../../../simulator/index.ts';
import { EVERYTHING, productDate } from '../supplier/partition.ts';

const DATE = '2026-12-08';
const headers = { 'x-api-key': 'an-api-key' };

adapterSuite({
  kind: 'per-date',
  partition: productDate(14, DATE),
  async readWire(simulator: RunningSimulator) {
    const answer = await fetch(`${simulator.url}/api/v1/inventory/14?date=${DATE}`, { headers });
    const slots = (await answer.json()) as {
      providerSlotId: string;
      remaining: number;
      paxAvailability: { isPrimary?: true; price: { finalPrice: number } }[];
    }[];
    return slots.map(({ providerSlotId, remaining, paxAvailability }) => ({
      id: providerSlotId,
      amount: paxAvailability.find(({ isPrimary }) => isPrimary)?.price.finalPrice ?? Number.NaN,
      remaining,
    }));
  },
});

adapterSuite({
  kind: 'snapshot',
  partition: EVERYTHING,
  async readWire(simulator: RunningSimulator) {
    const answer = await fetch(`${simulator.url}/items`, { headers });
    const { items } = (await answer.json()) as {
      items: { id: string; remaining: number; price: { amount: number } }[];
    };
    return items.map(({ id, remaining, price }) => ({ id, amount: price.amount, remaining }));
  },
});
