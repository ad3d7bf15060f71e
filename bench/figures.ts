import type { Figure } from './figure.ts';
import { vehicleReadsAgainstNodeHttp } from './figures/b1-vehicle-reads-against-node-http.ts';
import { vehicleReadsAgainstUsualStack } from './figures/b2-vehicle-reads-against-usual-stack.ts';
import { holdsAgainstPgbench } from './figures/b3-holds-against-pgbench.ts';
import { holdsAgainstPlainTransactions } from './figures/b4-holds-against-plain-transactions.ts';
import { sellOneSlotOut } from './figures/b5-sell-one-slot-out.ts';
import { readsBesideCaches } from './figures/b6-reads-beside-caches.ts';
import { deepOrderPage } from './figures/b8-deep-order-page.ts';
import { fullSync } from './figures/b9-full-sync.ts';
import { repeatSync } from './figures/b10-repeat-sync.ts';
import { plannerAgainstRoundRobin } from './figures/b11-planner-against-round-robin.ts';
import { firstStart } from './figures/b12-first-start.ts';
import { holdsAmongReads } from './figures/b13-holds-among-reads.ts';
import { costOfAccessControl } from './figures/b14-cost-of-access-control.ts';
import { deliveriesToWebhooks } from './figures/b15-deliveries-to-webhooks.ts';
import { expiryOfManyHolds } from './figures/b16-expiry-of-many-holds.ts';
import { bytesOfFreeTime } from './figures/b17-bytes-of-free-time.ts';
import { largeDatabase } from './figures/b21-large-database.ts';

/** All figures, by number. */
export const figures: readonly Figure[] = [
  vehicleReadsAgainstNodeHttp,
  vehicleReadsAgainstUsualStack,
  holdsAgainstPgbench,
  holdsAgainstPlainTransactions,
  sellOneSlotOut,
  readsBesideCaches,
  deepOrderPage,
  fullSync,
  repeatSync,
  plannerAgainstRoundRobin,
  firstStart,
  holdsAmongReads,
  costOfAccessControl,
  deliveriesToWebhooks,
  expiryOfManyHolds,
  bytesOfFreeTime,
  largeDatabase,
];
