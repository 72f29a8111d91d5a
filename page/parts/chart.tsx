import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Series } from '../../report/live.ts';
import { colour, isDark } from '../state/theme.ts';

const AXIS_PX = 11;
const FILL = '22';

export interface Line {
  readonly label: string;
  readonly values: Series;
  /** Custom property of the style. */
  readonly colour: string;
}

interface ChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly lines: readonly Line[];
  readonly everyMs: number;
  readonly format: (value: number) => string;
  /** Without axes, for a row of a table. */
  readonly isSpark?: boolean;
}

const SECOND_MS = 1000;

/** Samples that a chart spans, whether there are as many yet or not. */
const SPAN = 150;

/** Seconds before the latest sample, and the values. */
const dataOf = (lines: readonly Line[], everyMs: number): uPlot.AlignedData => {
  const length = Math.max(SPAN, ...lines.map(({ values }) => values.length));
  const times = Array.from({ length }, (_, index) => ((index + 1 - length) * everyMs) / SECOND_MS);
  const padded = lines.map(({ values }) => [
    ...Array.from({ length: length - values.length }, () => null),
    ...values,
  ]);
  return [times, ...padded] as uPlot.AlignedData;
};

const ago = (seconds: number): string => (seconds === 0 ? 'now' : `${Math.round(seconds / 60)} min`);

const axesOf = (format: ChartProps['format']): uPlot.Axis[] => {
  const ink = colour('--muted');
  const grid = { stroke: colour('--line'), width: 1 };
  const font = `${AXIS_PX}px system-ui, sans-serif`;
  return [
    {
      stroke: ink,
      font,
      grid: { show: false },
      ticks: { show: false },
      size: 20,
      gap: 2,
      splits: (plot) => {
        const min = plot.scales.x?.min ?? 0;
        return [-240, -120, 0].filter((split) => split >= min);
      },
      values: (_, splits) => splits.map(ago),
    },
    {
      stroke: ink,
      font,
      grid,
      ticks: { show: false },
      size: (_, values) => 10 + 6.5 * Math.max(0, ...(values ?? []).map((text) => text.length)),
      gap: 4,
      space: 28,
      values: (_, splits) => splits.map(format),
    },
  ];
};

const optionsOf = (
  { lines, format, isSpark = false }: ChartProps,
  width: number,
  height: number,
): uPlot.Options => ({
  width,
  height,
  legend: { show: false },
  cursor: { show: false },
  ...(isSpark ? { padding: [2, 1, 2, 1] as uPlot.Padding } : {}),
  scales: {
    x: { time: false },
    // From 0, and never flat: a scale of nothing has no ticks.
    y: {
      range: (_, __, most) => [0, Math.max(most ?? 0, Number.EPSILON) <= Number.EPSILON ? 1 : most * 1.1],
    },
  },
  axes: isSpark ? [{ show: false }, { show: false }] : axesOf(format),
  series: [
    {},
    ...lines.map(({ label, colour: name }) => ({
      label,
      stroke: colour(name),
      width: 1.5,
      ...(lines.length === 1 ? { fill: `${colour(name)}${FILL}` } : {}),
      points: { show: false },
    })),
  ],
});

/** A time series. It is drawn on a canvas, which `label` describes. */
export const Chart = (props: ChartProps) => {
  const { label, lines, everyMs, isSpark = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const dark = isDark.value;
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: Math.max(40, element.clientWidth),
      height: Math.max(20, element.clientHeight),
    });
    const made = new uPlot(
      optionsOf(latest.current, size().width, size().height),
      dataOf(latest.current.lines, latest.current.everyMs),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [dark]);
  useEffect(() => plot.current?.setData(dataOf(lines, everyMs)), [lines, everyMs]);
  return <div class={isSpark ? 'spark' : 'plot'} ref={box} role="img" aria-label={label} />;
};
