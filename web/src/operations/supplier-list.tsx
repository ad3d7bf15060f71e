import { syncStatusQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { isNotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatQuantity } from '../format.ts';
import { SupplierCard } from './supplier-card.tsx';
import { SyncSwitch } from './sync-switch.tsx';

const FRESH_FOR_MS = 3_000;

export function useSyncStatus() {
  return useCached(syncStatusQuery(), { freshForMs: FRESH_FOR_MS, transient: true });
}

/** All suppliers, including those that are no longer configured but have unsent bookings. */
export function SupplierList({ sync }: { readonly sync: ReturnType<typeof useSyncStatus> }) {
  const { body, error, refresh } = sync;
  const isMissing = isNotFound(error);
  const suppliers = body?.suppliers ?? [];
  return (
    <section className="operations-section" aria-label="Suppliers">
      <div className="section-head">
        <h2>Suppliers</h2>
        {suppliers.length > 1 && <SyncSwitch supplier={undefined} isPaused={body?.status === 'paused'} />}
      </div>
      {body === undefined && !error && <Loading rows={5} />}
      {error && !isMissing && <ProblemNotice error={error} retry={refresh} />}
      {(isMissing || body?.suppliers.length === 0) && (
        <EmptyState title="No suppliers yet">
          <span>
            Configure them in the file that <code>SUPPLIERS_FILE</code> names.
          </span>
        </EmptyState>
      )}
      <div className="suppliers">
        {suppliers.map((supplier) => (
          <SupplierCard key={supplier.id} supplier={supplier} />
        ))}
        {body?.removed.map(({ id, unsent }) => (
          <RemovedSupplier key={id} id={id} unsent={unsent} />
        ))}
      </div>
    </section>
  );
}

function RemovedSupplier({ id, unsent }: { readonly id: string; readonly unsent: number }) {
  return (
    <article className="card supplier">
      <h3>{id}</h3>
      <p className="problem">
        This supplier is no longer configured, and{' '}
        {formatQuantity(unsent, 'booking or cancellation', 'bookings or cancellations')} could not be sent to it. To
        send them, add it to <code>SUPPLIERS_FILE</code> again.
      </p>
    </article>
  );
}
