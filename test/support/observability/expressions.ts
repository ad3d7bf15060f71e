import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';

const DASHBOARD = new URL('../../../deploy/grafana/dashboards/holdfast.json', import.meta.url);

/** The names in an expression of PromQL. */
interface UsedNames {
  /** The selected metrics, each with the labels that the selection compares. */
  readonly metrics: ReadonlyMap<string, ReadonlySet<string>>;
  /** Labels that the expression groups or joins by. */
  readonly grouped: ReadonlySet<string>;
}

/** @throws Error when the expression is not PromQL */
function usedNames(expression: string): UsedNames {
  const metrics = new Map<string, Set<string>>();
  const grouped = new Set<string>();
  let labels = grouped;
  parser.parse(expression).iterate({
    enter({ name, type, from, to }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`);
      if (name === 'Identifier') {
        labels = metrics.get(text) ?? new Set();
        metrics.set(text, labels);
      }
      if (name === 'GroupingLabels') labels = grouped;
      if (name === 'LabelName') labels.add(text);
    },
  });
  return { metrics, grouped };
}

/** The labels of every metric, by its name. */
export type KnownMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** The metrics and labels that an expression names and no series has. */
export function unknownNames(expression: string, known: KnownMetrics): string[] {
  const { metrics, grouped } = usedNames(expression);
  const unknown = [...metrics].flatMap(([metric, labels]) => {
    const has = known.get(metric);
    return has ? [...labels].filter((label) => !has.has(label)).map((label) => `${metric}{${label}}`) : [metric];
  });
  const reachable = new Set([...metrics.keys()].flatMap((metric) => [...(known.get(metric) ?? [])]));
  return [...unknown, ...[...grouped].filter((label) => !reachable.has(label))];
}

export interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string; readonly max?: number } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** The panels of the dashboard, rows included. */
export async function readPanels(): Promise<readonly Panel[]> {
  return (JSON.parse(await readFile(DASHBOARD, 'utf8')) as { panels: Panel[] }).panels;
}

/** An expression of a panel as Grafana sends it when all instances are selected. @param window such as `1m` */
export function asSent(expression: string, window: string): string {
  return expression.replaceAll('$__rate_interval', window).replaceAll('$instance', '.*');
}
