import type { Figure } from './figure.ts';
import { holdsAgainstPgbench } from './figures/b3-holds-against-pgbench.ts';
import { holdsAgainstPlainTransactions } from './figures/b4-holds-against-plain-transactions.ts';
import { sellOneSlotOut } from './figures/b5-sell-one-slot-out.ts';
import { readsBesideCaches } from './figures/b6-reads-beside-caches.ts';
import { plannerAgainstRoundRobin } from './figures/b11-planner-against-round-robin.ts';
import { firstStart } from './figures/b12-first-start.ts';

/** Every figure there is, by number. */
export const figures: readonly Figure[] = [
  holdsAgainstPgbench,
  holdsAgainstPlainTransactions,
  sellOneSlotOut,
  readsBesideCaches,
  plannerAgainstRoundRobin,
  firstStart,
];
