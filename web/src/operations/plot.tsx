import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

export interface Series {
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly color: '--accent' | '--bad' | '--wait';
  readonly values: readonly (number | null)[];
}

interface Props {
  readonly title: string;
  readonly unit: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** Upper end of the scale. Defaults to a little above the greatest value. */
  readonly max?: number;
}

const HEIGHT_PX = 150;

/** Values over time, with the current values in its caption and in its description for screen readers. */
export function Plot({ title, unit, times, series, max }: Props) {
  const container = useRef<HTMLDivElement>(null);
  useUPlot(container, times, series, max);
  const current = series.map(({ name, color, values }) => ({ name, color, value: formatValue(values.at(-1) ?? null) }));
  const description = current.map(({ name, value }) => `${name} ${value} ${unit}`).join(', ');
  return (
    <figure className="plot">
      <figcaption>
        <h3>{title}</h3>
        <ul className="plot-values">
          {current.map(({ name, color, value }) => (
            <li key={name} data-color={color}>
              {name} <strong>{value}</strong> {unit}
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        ref={container}
        className="plot-canvas"
        role="img"
        aria-label={`${title} over the last minutes. Now: ${description}`}
      />
    </figure>
  );
}

type Container = React.RefObject<HTMLDivElement | null>;

function useUPlot(container: Container, times: Props['times'], series: Props['series'], max: number | undefined): void {
  const plot = useRef<UPlot>(null);
  const names = series.map(({ name }) => name).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: new values are set below; only new series need a new plot
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const create = () => {
      plot.current?.destroy();
      plot.current = new UPlot(plotOptions(element.clientWidth, series, max), plotData(times, series), element);
    };
    create();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resize.observe(element);
    // The canvas keeps the colours it was drawn with, so a change of the theme needs a new plot.
    const themeChange = new MutationObserver(create);
    themeChange.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const systemTheme = matchMedia('(prefers-color-scheme: dark)');
    systemTheme.addEventListener('change', create);
    return () => {
      resize.disconnect();
      themeChange.disconnect();
      systemTheme.removeEventListener('change', create);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names, max]);

  useEffect(() => {
    plot.current?.setData(plotData(times, series));
  }, [times, series]);
}

function formatValue(value: number | null): string {
  return value === null ? '–' : new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(value);
}

function plotData(times: readonly number[], series: readonly Series[]): UPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

const axisTimeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function formatAxisTime(atS: number): string {
  return axisTimeFormat.format(atS * 1_000);
}

function themeColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

function plotOptions(width: number, series: readonly Series[], max: number | undefined): UPlot.Options {
  const font = '12px sans-serif';
  const stroke = themeColor('--ink-soft');
  const axis = { stroke, grid: { stroke: themeColor('--line'), width: 1 }, ticks: { show: false }, font };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, greatest) => [0, max ?? Math.max(1, (greatest ?? 0) * 1.2)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 90, size: 30, values: (_plot, atS) => atS.map(formatAxisTime) },
      { ...axis, size: 44, space: 36 },
    ],
    series: [
      {},
      ...series.map(({ name, color }) => ({
        label: name,
        stroke: themeColor(color),
        width: 2,
        spanGaps: false,
        points: { show: false },
      })),
    ],
  };
}
