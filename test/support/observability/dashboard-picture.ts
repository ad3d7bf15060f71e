import type { Panel } from './expressions.ts';

interface Line {
  readonly name: string;
  /** Seconds since 1970, and the value. */
  readonly values: readonly (readonly [number, number])[];
}

export interface DrawnPanel extends Panel {
  readonly lines: readonly Line[];
}

/** Pixels of one step of Grafana's grid, which is 24 wide. */
const STEP = { x: 50, y: 26 };
const GAP = 8;
const CAPTION_HEIGHT = 48;
/** Lines beyond these are left out of a legend, and are drawn. */
const LEGEND_LENGTH = 4;
const COLOURS = ['#2a6fdb', '#d9822b', '#2f9e63', '#b8427a', '#7a5bc7', '#8a8a1f', '#c0392b', '#3a8fa3'];
const FONT = 'font-family="system-ui, sans-serif"';

/** Draws panels as an SVG, in the places that the dashboard gives them. */
export function drawDashboard(
  panels: readonly DrawnPanel[],
  { startS, endS }: { readonly startS: number; readonly endS: number },
  caption: readonly string[],
): string {
  const height = Math.max(...panels.map(({ gridPos }) => (gridPos.y + gridPos.h) * STEP.y)) + CAPTION_HEIGHT;
  const width = 24 * STEP.x;
  const drawn = panels.map((panel) => drawPanel(panel, startS, endS));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ${FONT}>`,
    '<title>The Holdfast dashboard, drawn from a run</title>',
    `<rect width="${width}" height="${height}" fill="#f4f5f7"/>`,
    ...caption.map((line, index) => text(GAP, 18 + index * 16, 12, '#444', line)),
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel(panel: DrawnPanel, startS: number, endS: number): string {
  const { gridPos, title, type, lines } = panel;
  const [x, y] = [gridPos.x * STEP.x, gridPos.y * STEP.y + CAPTION_HEIGHT];
  const [width, height] = [gridPos.w * STEP.x - GAP, gridPos.h * STEP.y - GAP];
  const group = `<g transform="translate(${x + GAP / 2} ${y})">`;
  if (type === 'row') return `${group}<text y="16" font-size="14" font-weight="600">${escapeText(title)}</text></g>`;
  const content = type === 'stat' ? drawNumber(panel, width, height) : drawChart(panel, width, height, startS, endS);
  const frame = `<rect width="${width}" height="${height}" rx="4" fill="#fff" stroke="#d9dce1"/>`;
  const empty = lines.length === 0 ? text(10, 40, 11, '#999', 'no series') : '';
  return `${group}${frame}${text(10, 18, 12, '#222', title)}${content}${empty}</g>`;
}

function drawNumber({ lines, fieldConfig }: DrawnPanel, width: number, height: number): string {
  const unit = fieldConfig?.defaults.unit ?? '';
  const shown = lines.map(({ name, values }) => {
    const value = formatValue(values.findLast(([, each]) => Number.isFinite(each))?.[1] ?? Number.NaN, unit);
    // A version is the point of its panel.
    return /^\d+\./.test(name) ? `${value} × ${name}` : value;
  });
  return `<text x="${width / 2}" y="${height / 2 + 18}" font-size="22" text-anchor="middle" fill="#2a6fdb">${escapeText(shown.join(', '))}</text>`;
}

function drawChart(
  { lines, fieldConfig }: DrawnPanel,
  width: number,
  height: number,
  startS: number,
  endS: number,
): string {
  const { unit = '', max: fixedMax } = fieldConfig?.defaults ?? {};
  const area = { left: 58, right: width - 10, top: 30, bottom: height - 30 };
  const greatest = Math.max(
    0,
    ...lines.flatMap(({ values }) => values.map(([, value]) => value).filter(Number.isFinite)),
  );
  const max = fixedMax ?? (greatest > 0 ? greatest * 1.1 : 1);
  const toX = (at: number) => area.left + ((at - startS) / (endS - startS)) * (area.right - area.left);
  const toY = (value: number) => area.bottom - (value / max) * (area.bottom - area.top);
  const grid = [0, 0.5, 1].map((share) => {
    const y = toY(share * max);
    const label = `<text x="${area.left - 6}" y="${y + 4}" font-size="10" text-anchor="end" fill="#666">${escapeText(formatValue(share * max, unit))}</text>`;
    return `<line x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}" stroke="#eceef1"/>${label}`;
  });
  const paths = lines.map(({ values }, index) => {
    const points = values.filter(([, value]) => Number.isFinite(value));
    const path = points.map(([at, value]) => `${toX(at).toFixed(1)},${toY(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="1.5"/>`;
  });
  return [...grid, ...paths, drawLegend(lines, width, height)].join('');
}

function drawLegend(lines: readonly Line[], width: number, height: number): string {
  const listed = lines.slice(0, LEGEND_LENGTH);
  const room = (width - 20) / Math.max(listed.length, 1);
  return listed
    .map(({ name }, index) => {
      const x = 10 + index * room;
      const longest = Math.floor(room / 6) - 3;
      const shown = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
      const mark = `<rect x="${x}" y="${height - 17}" width="8" height="3" fill="${COLOURS[index % COLOURS.length]}"/>`;
      return `${mark}${text(x + 12, height - 12, 10, '#444', shown)}`;
    })
    .join('');
}

/** A value as Grafana shows it, for the units that the dashboard uses. */
function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '–';
  switch (unit) {
    case 'percentunit':
      return `${round(value * 100)} %`;
    case 's':
      return value > 0 && value < 1 ? `${round(value * 1_000)} ms` : `${round(value)} s`;
    case 'bytes':
      return `${round(value / 1_048_576)} MiB`;
    case 'reqps':
    case 'cps':
      return `${round(value)}/s`;
    default:
      return round(value);
  }
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}

function text(x: number, y: number, size: number, colour: string, content: string): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}">${escapeText(content)}</text>`;
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
