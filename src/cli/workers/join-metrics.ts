/** Metrics of one worker in Prometheus's text format. */
export interface Exposition {
  readonly text: string;
  /** The value of the label `worker`. Without it, only counters and histograms are taken: those of a worker that ends. */
  readonly worker: string | undefined;
}

interface Family {
  readonly header: readonly string[];
  readonly isCount: boolean;
  /** Values by series, a name with its labels. */
  readonly values: Map<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/**
 * Joins the metrics of workers. Counters and histograms are sums. A gauge has a value for each worker, in the label
 * `worker`: only some gauges could be added, and none is wrong this way.
 */
export function joinMetrics(expositions: readonly Exposition[]): string {
  const families = new Map<string, Family>();
  for (const { text, worker } of expositions) {
    let help = '';
    let family: Family | undefined;
    for (const line of text.split('\n')) {
      if (line.startsWith('# HELP ')) help = line;
      else if (line.startsWith('# TYPE ')) family = findFamily(families, help, line);
      else if (family) addSample(family, line, worker);
    }
  }
  return [...families.values()]
    .filter(({ values }) => values.size > 0)
    .map(({ header, values }) =>
      [...header, ...[...values].map(([series, value]) => `${series} ${value}`), ''].join('\n'),
    )
    .join('\n');
}

function findFamily(families: Map<string, Family>, help: string, typeLine: string): Family {
  const [, , name = '', type] = typeLine.split(' ');
  const isCount = type === 'counter' || type === 'histogram';
  const family = families.get(name) ?? { header: [help, typeLine], isCount, values: new Map() };
  families.set(name, family);
  return family;
}

function addSample({ isCount, values }: Family, line: string, worker: string | undefined): void {
  const [, name, labels = '', text] = SAMPLE.exec(line) ?? [];
  if (name === undefined || text === undefined) return;
  const value = text === '+Inf' ? Infinity : Number(text);
  if (isCount) {
    const series = labels === '' ? name : `${name}{${labels}}`;
    values.set(series, (values.get(series) ?? 0) + value);
  } else if (worker !== undefined) {
    values.set(`${name}{${labels}${labels && ','}worker="${worker}"}`, value);
  }
}
