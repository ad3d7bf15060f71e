import type { Metrics } from '../../platform/metrics.ts';
import { type DeliveryDeps, DeliveryWorker } from './deliveries/delivery-worker.ts';
import type { DescribeSupplier } from './outbox/describe-events.ts';
import { fanOut } from './outbox/fan-out.ts';

export interface WebhooksDeps extends Omit<DeliveryDeps, 'fanOut'> {
  readonly describeSupplier: DescribeSupplier;
}

/** Starts to tell webhooks what happens. Disposing ends what is under way, and leaves the rest to other instances. */
export function startWebhooks({ describeSupplier, ...deps }: WebhooksDeps, metrics: Metrics): AsyncDisposable {
  const worker = new DeliveryWorker({
    ...deps,
    fanOut: (signal) => fanOut(deps.database, describeSupplier, signal),
  });
  metrics.counter('holdfast_webhook_attempts_total', 'Attempts to deliver to webhooks', ['result'], () =>
    Object.entries(worker.attempts()).map(([result, value]) => ({ labels: { result }, value })),
  );
  return worker;
}
