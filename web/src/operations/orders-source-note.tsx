import { type OrdersSource, ordersSourceOf } from './metrics.ts';
import type { Recording } from './metrics-recording.ts';

const METHODS: Readonly<Record<string, string>> = {
  'binary-log': 'Changes arrive at once, through the binary log.',
  polling: 'Changes are polled.',
  bound: 'Changes show when the maximum age has passed.',
};

/** How orders in a shop's database are followed. Nothing where orders are in the server's own. */
export function OrdersSourceNote({ recording: { metrics } }: { readonly recording: Recording }) {
  const source = metrics && ordersSourceOf(metrics);
  if (source === undefined) return null;
  return (
    <section className="operations-section" aria-label="Orders from the shop">
      <h2>Orders from the shop</h2>
      <p>{describe(source)}</p>
    </section>
  );
}

function describe({ method, behindS, indexed }: OrdersSource): string {
  if (indexed < 1) return `Indexing the orders: ${Math.floor(indexed * 100)} % done.`;
  const known = METHODS[method];
  if (known === undefined || behindS === undefined) return "The shop's database does not answer yet.";
  return `${known} Up to date as of ${behindS.toFixed(1)} s ago.`;
}
