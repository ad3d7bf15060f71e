import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

export interface Series {
  readonly name: string;
  readonly color: '--accent' | '--bad' | '--wait';
  readonly values: readonly (number | null)[];
}

interface Props {
  readonly title: string;
  readonly unit: string;
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly top?: number;
}

const HEIGHT = 150;

function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** One figure over time. What it shows is also said, for whoever cannot see it. */
export function Plot({ title, unit, times, series, top }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const names = series.map(({ name }) => name).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made anew only for other series; data come below
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = () => {
      plot.current?.destroy();
      plot.current = new UPlot(optionsOf(element.clientWidth, series, top), dataOf(times, series), element);
    };
    make();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // Its canvas cannot follow a change of colours by itself.
    const recolored = new MutationObserver(make);
    recolored.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', make);
    return () => {
      resized.disconnect();
      recolored.disconnect();
      system.removeEventListener('change', make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names, top]);

  useEffect(() => {
    plot.current?.setData(dataOf(times, series));
  }, [times, series]);

  const said = series.map(({ name, values }) => `${name} ${written(values.at(-1) ?? null)} ${unit}`).join(', ');
  return (
    <figure className="plot">
      <figcaption>
        <h3>{title}</h3>
        <ul className="plot-now">
          {series.map(({ name, color, values }) => (
            <li key={name} data-color={color}>
              {name} <strong>{written(values.at(-1) ?? null)}</strong> {unit}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} className="plot-place" role="img" aria-label={`${title} over the last minutes. Now: ${said}`} />
    </figure>
  );
}

function written(value: number | null): string {
  return value === null ? '–' : new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(value);
}

function dataOf(times: readonly number[], series: readonly Series[]): UPlot.AlignedData {
  return [[...times], ...series.map(({ values }) => [...values])];
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function clockOf(atS: number): string {
  return clock.format(atS * 1_000);
}

function optionsOf(width: number, series: readonly Series[], top: number | undefined): UPlot.Options {
  const axis = { stroke: colorOf('--ink-soft'), grid: { stroke: colorOf('--line'), width: 1 }, ticks: { show: false } };
  const font = '12px sans-serif';
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, top ?? Math.max(1, (max ?? 0) * 1.2)] } },
    axes: [
      { ...axis, font, grid: { show: false }, space: 90, size: 30, values: (_plot, atS) => atS.map(clockOf) },
      { ...axis, font, size: 44, space: 36 },
    ],
    series: [
      {},
      ...series.map(({ name, color }) => ({
        label: name,
        stroke: colorOf(color),
        width: 2,
        spanGaps: false,
        points: { show: false },
      })),
    ],
  };
}
