import { AGE_STEPS, ageOfStep, type Outcome } from './simulate-pulls.ts';
import { POLICIES, type PolicyName, run, STEEP, worldOf } from './supplier-days.ts';

const WIDTH = 860;
const HEIGHT = 384;
const PANEL = { width: 340, height: 250, top: 74 };
const LEFT = [58, 480] as const;

/**
 * Colours with enough contrast on white and on black. Each line also has its own dash, for readers who see few colours.
 */
const LINES: Readonly<Record<PolicyName, { colour: string; dash: string }>> = {
  planner: { colour: '#2f81f7', dash: '' },
  deadlines: { colour: '#d2731c', dash: '7 4' },
  'round robin': { colour: '#8b7f8f', dash: '2 3' },
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Draws two panels from one simulated run: reads in time by days ahead, and the age of the data that readers get. */
export function drawPlanner(seed: number): string {
  const world = worldOf(seed, STEEP);
  const outcomes = (Object.keys(POLICIES) as PolicyName[]).map((name) => ({ name, outcome: run(world, name) }));
  const byDay = outcomes.map(({ name, outcome }) => line(name, LEFT[0], dayPoints(outcome)));
  const byAge = outcomes.map(({ name, outcome }) => line(name, LEFT[1], agePoints(outcome)));
  const legend = outcomes.map(({ name }, index) => legendOf(name, LEFT[0] + index * 130));
  const dayTicks = [0, 1, 7, 14, 21, 30].map((day) => ({ at: day / 30, label: String(day) }));
  const ageTicks = [0.25, 0.5, 1, 2, 4, 8, 16, 32].map((age) => ({
    at: ageToX(age),
    label: age < 1 ? `1⁄${1 / age}` : `${age}`,
  }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">
<title id="title">Reads answered within the target age, by days ahead, and the age of the data that readers get: planner, deadlines, round robin</title>
<style>
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .name { font-weight: 600; fill: #24292f }
  .grid { stroke: #57606a; stroke-opacity: .22 }
  .mark { stroke: #57606a; stroke-dasharray: 3 3 }
  .line { fill: none; stroke-width: 2.4; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) {
    text { fill: #a3adb8 } .name { fill: #e6edf3 } .grid, .mark { stroke: #a3adb8 }
  }
</style>
${legend.join('\n')}
${panel(LEFT[0], 'Reads answered within the target age', 'days ahead (0 is today)', dayTicks)}
${panel(LEFT[1], 'Reads answered with data no older than', 'times the target age', ageTicks)}
<path class="mark" d="M${LEFT[1] + ageToX(1) * PANEL.width} ${PANEL.top}v${PANEL.height}"/>
${[...byDay, ...byAge].join('\n')}
</svg>
`;
}

function dayPoints({ reads, inTime }: Outcome): Point[] {
  return [...reads].map((all, day) => ({ x: day / 30, y: (inTime[day] ?? 0) / all }));
}

function agePoints({ ages }: Outcome): Point[] {
  const all = ages.reduce((sum, each) => sum + each, 0);
  let upTo = 0;
  return [...ages].flatMap((each, step) => {
    upTo += each;
    const x = ageToX(ageOfStep(step));
    return step === AGE_STEPS - 1 || x < 0 || x > 1 ? [] : [{ x, y: upTo / all }];
  });
}

/** Logarithmic, from 1/8 of the target age to 32 times it. */
function ageToX(ratio: number): number {
  return (Math.log2(ratio) + 3) / 8;
}

function panel(left: number, title: string, axis: string, ticks: readonly { at: number; label: string }[]): string {
  const bottom = PANEL.top + PANEL.height;
  const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = bottom - share * PANEL.height;
    return `<path class="grid" d="M${left} ${y}h${PANEL.width}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${share * 100}%</text>`;
  });
  const columns = ticks.map(
    ({ at, label }) =>
      `<text x="${round(left + at * PANEL.width)}" y="${bottom + 20}" text-anchor="middle">${label}</text>`,
  );
  const middle = left + PANEL.width / 2;
  return `<text class="name" x="${left}" y="${PANEL.top - 16}">${title}</text>
${rows.join('\n')}
${columns.join('\n')}
<text x="${middle}" y="${bottom + 44}" text-anchor="middle">${axis}</text>`;
}

function line(name: PolicyName, left: number, points: readonly Point[]): string {
  const path = points.map(
    ({ x, y }) => `${round(left + x * PANEL.width)} ${round(PANEL.top + (1 - y) * PANEL.height)}`,
  );
  return `<path class="line" ${strokeOf(name)} d="M${path.join('L')}"/>`;
}

function legendOf(name: PolicyName, left: number): string {
  return `<path class="line" ${strokeOf(name)} d="M${left} 22h28"/><text class="name" x="${left + 36}" y="26">${name}</text>`;
}

function strokeOf(name: PolicyName): string {
  const { colour, dash } = LINES[name];
  return `stroke="${colour}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
