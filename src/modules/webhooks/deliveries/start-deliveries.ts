import type { Metrics } from '../../../platform/metrics.ts';
import type { DescribeSupplier } from '../outbox/describe-events.ts';
import { fanOut } from '../outbox/fan-out.ts';
import { type DeliveryDeps, DeliveryWorker } from './delivery-worker.ts';

export interface StartDeps extends Omit<DeliveryDeps, 'fanOut'> {
  readonly describeSupplier: DescribeSupplier;
}

/** Starts to send events to webhooks. Disposing ends what is under way, and leaves the rest to other instances. */
export function startDeliveries({ describeSupplier, ...deps }: StartDeps, metrics: Metrics): AsyncDisposable {
  const worker = new DeliveryWorker({
    ...deps,
    fanOut: (signal) => fanOut(deps.database, describeSupplier, signal),
  });
  metrics.counter('holdfast_webhook_attempts_total', 'Attempts to deliver to webhooks', ['result'], () =>
    Object.entries(worker.attempts()).map(([result, value]) => ({ labels: { result }, value })),
  );
  return worker;
}
