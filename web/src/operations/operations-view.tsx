import '../styles/operations.css';
import { useMemo } from 'react';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { count } from '../format.ts';
import { type ViewFigures, viewsOf } from './metrics.ts';
import { type Frame, type Recording, useRecording } from './metrics-recording.ts';
import { Plot, type Series } from './plot.tsx';
import { Suppliers } from './supplier-list.tsx';

/** How fresh everything is, and how hard the server works for it. */
export function OperationsView() {
  const recording = useRecording();
  return (
    <div className="view operations">
      <div className="view-head">
        <h1>Operations</h1>
        <p className="hint">
          For programs: suppliers are at <a href="/api/v1/sync/status">/api/v1/sync/status</a>, the rest is at{' '}
          <a href="/metrics">/metrics</a>
        </p>
      </div>
      <Suppliers />
      <Freshness recording={recording} />
      <Plots frames={recording.frames} />
    </div>
  );
}

function Freshness({ recording: { metrics, error } }: { readonly recording: Recording }) {
  const views = metrics && viewsOf(metrics);
  return (
    <section className="operations-part" aria-label="Freshness">
      <h2>Freshness</h2>
      {error && <Problem error={error} />}
      {views === undefined && !error && <Loading rows={5} />}
      {views?.length === 0 && <Empty title="No view has been asked yet." />}
      {views && views.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section className="table-scroll" aria-label="Views" tabIndex={0}>
          <table className="views-table">
            <caption className="unseen">Age at serve against the bound, by view</caption>
            <thead>
              <tr>
                <th scope="col">View</th>
                <th scope="col">Greatest age served, against its bound</th>
                <th scope="col" className="figure">
                  Mean age
                </th>
                <th scope="col" className="figure">
                  Answers
                </th>
                <th scope="col" className="figure">
                  From memory
                </th>
              </tr>
            </thead>
            <tbody>
              {views.map((view) => (
                <ViewRow key={view.view} view={view} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function ViewRow({ view: { view, hits, misses, boundS, greatestAgeS, meanAgeS } }: { readonly view: ViewFigures }) {
  const asked = hits + misses;
  const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <tr>
      <th scope="row">{view.replaceAll('_', ' ')}</th>
      <td>
        <div className="bound">
          <progress
            max={boundS}
            value={Math.min(greatestAgeS, boundS)}
            aria-label={`Greatest age of ${view} against its bound`}
            data-over={greatestAgeS > boundS || undefined}
          />
          <span>
            {shortSpan(greatestAgeS)} of {shortSpan(boundS)}
          </span>
        </div>
      </td>
      <td className="figure">{hits === 0 ? '–' : shortSpan(meanAgeS)}</td>
      <td className="figure">{count(asked)}</td>
      <td className="figure">{asked === 0 ? '–' : percent.format(hits / asked)}</td>
    </tr>
  );
}

/** `12.4s`, `45m`, `1h`, in the page's own English, as all spans are. */
function shortSpan(seconds: number): string {
  const [value, unit] =
    seconds < 120 ? [seconds, 'second'] : seconds < 7_200 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour'];
  const style = { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat('en', style).format(value);
}

function Plots({ frames }: { readonly frames: readonly Frame[] }) {
  const times = useMemo(() => frames.map(({ atS }) => atS), [frames]);
  const series = useMemo(() => {
    const one = (name: string, color: Series['color'], read: (frame: Frame) => number | null): Series => ({
      name,
      color,
      values: frames.map(read),
    });
    return {
      ratio: [one('from memory', '--accent', ({ hitRatio }) => hitRatio)],
      holds: [one('holds', '--accent', ({ holds }) => holds), one('conflicts', '--bad', ({ conflicts }) => conflicts)],
      queues: [
        one('batches', '--accent', ({ queued }) => queued),
        one('write-backs', '--wait', ({ writeBacks }) => writeBacks),
      ],
      latency: [one('median', '--accent', ({ p50Ms }) => p50Ms), one('99 %', '--bad', ({ p99Ms }) => p99Ms)],
    };
  }, [frames]);
  return (
    <section className="operations-part" aria-label="Live figures">
      <div className="day-head">
        <h2>Now</h2>
        <p className="hint">every two seconds, for as long as this is open</p>
      </div>
      <div className="plots">
        <Plot title="Hit ratio" unit="%" times={times} series={series.ratio} top={105} />
        <Plot title="Holds and conflicts" unit="/s" times={times} series={series.holds} />
        <Plot title="Queues" unit="waiting" times={times} series={series.queues} />
        <Plot title="Latency" unit="ms" times={times} series={series.latency} />
      </div>
    </section>
  );
}
