import '../styles/rows.css';
import '../styles/operations.css';
import { useRights } from '../session/rights.ts';
import { FreshnessTable } from './freshness-table.tsx';
import { LivePlots } from './live-plots.tsx';
import { useMetricsRecording } from './metrics-recording.ts';
import { OrdersSourceNote } from './orders-source-note.tsx';
import { SupplierList, useSyncStatus } from './supplier-list.tsx';

/** The suppliers, how fresh the data is, and the server's activity. */
export function OperationsView() {
  const sync = useSyncStatus();
  const { canReadMetrics } = useRights();
  // A section appears once the height of those above it is known. Otherwise their data would push it down the screen.
  const hasSuppliers = sync.body !== undefined || sync.error !== null;
  return (
    <div className="view operations">
      <div className="view-head">
        <h1>Operations</h1>
        <p className="hint">
          In the API: <a href="/api/v1/sync/status">/api/v1/sync/status</a>
          {canReadMetrics && (
            <>
              {' '}
              and <a href="/metrics">/metrics</a>
            </>
          )}
        </p>
      </div>
      <SupplierList sync={sync} />
      {canReadMetrics && <Activity isReady={hasSuppliers} />}
    </div>
  );
}

function Activity({ isReady }: { readonly isReady: boolean }) {
  const recording = useMetricsRecording();
  const hasFreshness = recording.metrics !== undefined || recording.error !== null;
  return (
    <>
      {isReady && <FreshnessTable recording={recording} />}
      {isReady && <OrdersSourceNote recording={recording} />}
      {isReady && hasFreshness && <LivePlots frames={recording.frames} />}
    </>
  );
}
