import '../styles/rows.css';
import '../styles/operations.css';
import { FreshnessTable } from './freshness-table.tsx';
import { LivePlots } from './live-plots.tsx';
import { useMetricsRecording } from './metrics-recording.ts';
import { SupplierList } from './supplier-list.tsx';

/** The suppliers, how fresh the data is, and the server's activity. */
export function OperationsView() {
  const recording = useMetricsRecording();
  return (
    <div className="view operations">
      <div className="view-head">
        <h1>Operations</h1>
        <p className="hint">
          In the API: <a href="/api/v1/sync/status">/api/v1/sync/status</a> and <a href="/metrics">/metrics</a>
        </p>
      </div>
      <SupplierList />
      <FreshnessTable recording={recording} />
      <LivePlots frames={recording.frames} />
    </div>
  );
}
