import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { formatCount } from '../format.ts';
import { type ViewFigures, viewsOf } from './metrics.ts';
import type { Recording } from './metrics-recording.ts';

/** For each view of the server: how old its answers were, and how many came from the cache. */
export function FreshnessTable({ recording: { metrics, error } }: { readonly recording: Recording }) {
  const views = metrics && viewsOf(metrics);
  return (
    <section className="operations-section" aria-label="Freshness">
      <h2>Freshness</h2>
      {error && <ProblemNotice error={error} />}
      {views === undefined && !error && <Loading rows={5} />}
      {views?.length === 0 && <EmptyState title="No data has been requested yet" />}
      {views && views.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
        <section className="table-scroll" aria-label="Freshness by kind of data" tabIndex={0}>
          <table className="views-table">
            <caption className="visually-hidden">Age of answers against the maximum age, by kind of data</caption>
            <thead>
              <tr>
                <th scope="col">Data</th>
                <th scope="col">Oldest answer, of the maximum age</th>
                <th scope="col" className="figure">
                  Average age
                </th>
                <th scope="col" className="figure">
                  Answers
                </th>
                <th scope="col" className="figure">
                  From cache
                </th>
              </tr>
            </thead>
            <tbody>
              {views.map((view) => (
                <ViewRow key={view.view} figures={view} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

/** Names of views whose name in the metrics does not describe the data. */
const VIEW_NAMES: Readonly<Record<string, string>> = { next_pull: 'Next update' };

function ViewRow({ figures }: { readonly figures: ViewFigures }) {
  const { view, hits, misses, boundS, maxAgeS, meanAgeS } = figures;
  const answers = hits + misses;
  const name = VIEW_NAMES[view] ?? view.charAt(0).toUpperCase() + view.slice(1).replaceAll('_', ' ');
  const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <div className="bound">
          <progress
            max={boundS}
            value={Math.min(maxAgeS, boundS)}
            aria-label={`${name}: oldest answer, of the maximum age`}
            data-over={maxAgeS > boundS || undefined}
          />
          <span>
            {formatAge(maxAgeS)} of {formatAge(boundS)}
          </span>
        </div>
      </td>
      <td className="figure">{hits === 0 ? '–' : formatAge(meanAgeS)}</td>
      <td className="figure">{formatCount(answers)}</td>
      <td className="figure">{answers === 0 ? '–' : percent.format(hits / answers)}</td>
    </tr>
  );
}

/** `12.4 s`, `45 min`, `3 h`. */
function formatAge(seconds: number): string {
  const [value, unit] =
    seconds < 120 ? [seconds, 's'] : seconds < 7_200 ? [seconds / 60, 'min'] : [seconds / 3_600, 'h'];
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}
