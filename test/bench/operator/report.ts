import { percentile } from '../../../scripts/load/load-result.ts';
import { number, range } from '../report/numbers.ts';
import { summarize } from '../report/summary.ts';

/** One figure of the operator, with its upper limit. */
export interface OperatorFigure {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Which value is compared with the limit: the median or the 95th percentile. */
  readonly of: 'Median' | 'P95';
  readonly atMost?: number;
}

/** The quantile of unsorted values (nearest rank). */
export const quantile = (values: readonly number[], share: number): number =>
  percentile(Float64Array.from(values).sort(), share);

export const figureValue = ({ values, of }: OperatorFigure): number =>
  of === 'P95' ? quantile(values, 0.95) : (summarize(values)?.median ?? Number.NaN);

const isReached = (figure: OperatorFigure): boolean | undefined =>
  figure.atMost === undefined ? undefined : figureValue(figure) <= figure.atMost;

const row = (figure: OperatorFigure): string => {
  const { name, unit, values, of, atMost } = figure;
  const spread = summarize(values);
  const shown = `${number(figureValue(figure))} ${unit}`.trim();
  const how = of === 'P95' ? 'p95' : '';
  const between = spread && spread.count > 1 ? range(spread.min, spread.max) : '';
  const wanted = atMost === undefined ? '' : `≤ ${number(atMost)}${isReached(figure) ? '' : ', short'}`;
  return `${name.padEnd(52)}${shown.padStart(14)} ${how.padEnd(4)}${between.padStart(18)}  ${wanted}`.trimEnd();
};

export const renderFigures = (figures: readonly OperatorFigure[]): string => figures.map(row).join('\n');

export const figuresAsJson = (figures: readonly OperatorFigure[]): object =>
  figures.map((figure) => ({ ...figure, value: figureValue(figure), reached: isReached(figure) }));
