import { useMemo } from 'react';
import type { Frame } from './metrics-recording.ts';
import { Plot, type Series } from './plot.tsx';

/** Plots of the server's activity over the last minutes. */
export function LivePlots({ frames }: { readonly frames: readonly Frame[] }) {
  const times = useMemo(() => frames.map(({ atS }) => atS), [frames]);
  const series = useMemo(() => {
    const plotted = (name: string, color: Series['color'], read: (frame: Frame) => number | null): Series => ({
      name,
      color,
      values: frames.map(read),
    });
    return {
      hitRatio: [plotted('from cache', '--accent', ({ hitRatio }) => hitRatio)],
      holds: [
        plotted('holds', '--accent', ({ holds }) => holds),
        plotted('refusals', '--bad', ({ refusals }) => refusals),
      ],
      queues: [
        plotted('requests', '--accent', ({ waitingRequests }) => waitingRequests),
        plotted('bookings to send', '--wait', ({ writeBacks }) => writeBacks),
      ],
      responseTime: [
        plotted('median', '--accent', ({ medianMs }) => medianMs),
        plotted('99th percentile', '--bad', ({ p99Ms }) => p99Ms),
      ],
    };
  }, [frames]);
  return (
    <section className="operations-section" aria-label="Live activity">
      <div className="section-head">
        <h2>Live activity</h2>
        <p className="hint">Updates every 2 seconds while this page is open</p>
      </div>
      <div className="plots">
        <Plot title="Answers from cache" unit="%" times={times} series={series.hitRatio} max={105} />
        <Plot title="Holds and refusals" unit="/s" times={times} series={series.holds} />
        <Plot title="Waiting" unit="" times={times} series={series.queues} />
        <Plot title="Response time" unit="ms" times={times} series={series.responseTime} />
      </div>
    </section>
  );
}
