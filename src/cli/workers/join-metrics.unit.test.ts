import { expect, it } from 'vitest';
import { joinMetrics } from './join-metrics.ts';

const of = (answers: number, busy: number) => `# HELP answers_total Answers by route
# TYPE answers_total counter
answers_total{route="GET /a/{b} \\"c\\""} ${answers}
plain_total ${answers}

# HELP seconds Time
# TYPE seconds histogram
seconds_bucket{le="0.1",route="x"} ${answers}
seconds_bucket{le="+Inf",route="x"} ${answers + 1}
seconds_sum{route="x"} 0.5
seconds_count{route="x"} ${answers + 1}

# HELP busy Connections
# TYPE busy gauge
busy{state="busy"} ${busy}
# HELP lag Lag
# TYPE lag gauge
lag NaN
`;

it('counters and histograms are added, and gauges keep their worker', () => {
  const text = joinMetrics([
    { text: of(1, 3), worker: '1' },
    { text: of(10, 4), worker: '2' },
  ]);
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'))).toEqual([
    '# TYPE answers_total counter',
    'answers_total{route="GET /a/{b} \\"c\\""} 11',
    'plain_total 11',
    '# TYPE seconds histogram',
    'seconds_bucket{le="0.1",route="x"} 11',
    'seconds_bucket{le="+Inf",route="x"} 13',
    'seconds_sum{route="x"} 1',
    'seconds_count{route="x"} 13',
    '# TYPE busy gauge',
    'busy{state="busy",worker="1"} 3',
    'busy{state="busy",worker="2"} 4',
    '# TYPE lag gauge',
    'lag{worker="1"} NaN',
    'lag{worker="2"} NaN',
  ]);
});

it('of a worker that has ended the counts stay, and its gauges go', () => {
  const text = joinMetrics([
    { text: of(1, 3), worker: '1' },
    { text: of(10, 4), worker: undefined },
  ]);
  expect(text).toContain('plain_total 11');
  expect(text).toContain('busy{state="busy",worker="1"} 3');
  expect(text).not.toContain(' 4');
});
