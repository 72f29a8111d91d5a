import type { Picture, SharePicture } from '../picture/picture.ts';
import { type Column, table } from '../print/table.ts';
import { count, rate } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

/** Rates are shared out in thousandths of a connection per second. */
const amountOf = (limit: string, amount: number): string =>
  limit === 'connectionRate' ? `${rate(amount / 1000)}/s` : count(amount);

const COLUMNS: readonly Column<SharePicture>[] = [
  { title: 'LIMIT', cell: ({ listener, limit }) => `${listener} ${limit}` },
  {
    title: 'SHARES',
    cell: ({ limit, replicas }) =>
      replicas.map(({ pod, amount }) => `${pod} ${amountOf(limit, amount)}`).join(', '),
  },
];

/** How limits of the whole cluster are shared out; only with -o wide. */
export const shareLines = ({ shares }: Picture, options: PrintOptions): readonly string[] =>
  options.wide && shares.length > 0 ? ['', ...table(COLUMNS, shares, options)] : [];
