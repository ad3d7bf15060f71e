import '../styles/rows.css';
import '../styles/operations.css';
import { FreshnessTable } from './freshness-table.tsx';
import { LivePlots } from './live-plots.tsx';
import { useMetricsRecording } from './metrics-recording.ts';
import { SupplierList, useSyncStatus } from './supplier-list.tsx';

/** The suppliers, how fresh the data is, and the server's activity. */
export function OperationsView() {
  const recording = useMetricsRecording();
  const sync = useSyncStatus();
  // A section appears once the height of those above it is known. Otherwise their data would push it down the screen.
  const hasSuppliers = sync.body !== undefined || sync.error !== null;
  const hasFreshness = recording.metrics !== undefined || recording.error !== null;
  return (
    <div className="view operations">
      <div className="view-head">
        <h1>Operations</h1>
        <p className="hint">
          In the API: <a href="/api/v1/sync/status">/api/v1/sync/status</a> and <a href="/metrics">/metrics</a>
        </p>
      </div>
      <SupplierList sync={sync} />
      {hasSuppliers && <FreshnessTable recording={recording} />}
      {hasSuppliers && hasFreshness && <LivePlots frames={recording.frames} />}
    </div>
  );
}
