import type { Metrics, Sample } from '../../../platform/metrics.ts';
import type { DescribeSupplier } from '../outbox/describe-events.ts';
import { FanOut } from '../outbox/fan-out.ts';
import { type DeliveryDeps, DeliveryWorker } from './delivery-worker.ts';

export interface StartDeps extends Omit<DeliveryDeps, 'fanOut'> {
  readonly describeSupplier: DescribeSupplier;
}

/** Starts to send events to webhooks. Disposing ends what is under way, and leaves the rest to other instances. */
export function startDeliveries({ describeSupplier, ...deps }: StartDeps, metrics: Metrics): AsyncDisposable {
  const fanOut = new FanOut(deps.database, describeSupplier, deps.logger);
  const worker = new DeliveryWorker({ ...deps, fanOut: () => fanOut.takeStep() });
  metrics.gauge('holdfast_webhooks', 'Webhooks by state', ['state'], () => {
    const { all, failing, disabled } = worker.counts();
    return samples('state', { active: all - disabled, failing, disabled });
  });
  metrics.counter('holdfast_webhook_attempts_total', 'Attempts to deliver to webhooks', ['result'], () =>
    samples('result', worker.attempts()),
  );
  return worker;
}

function samples(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
