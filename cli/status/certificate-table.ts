import type { CertificatePicture, Picture } from '../picture/picture.ts';
import { type Cell, type Column, table } from '../print/table.ts';
import { count } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

/** Beyond this, the operator reports whole weeks. */
const EXACT_DAYS = 30;
/** Names that are shown without -o wide. */
const FEW_NAMES = 3;

/** Amber is what a replica reports as CertificateExpires: one for a week is always within days of its end. */
const leftCell = ({ daysLeft, warnedFrom }: CertificatePicture, now: number): Cell => {
  if (daysLeft === undefined) return { text: 'none', tone: 'bad' };
  if (daysLeft < 0) return { text: 'expired', tone: 'bad' };
  const text = `${daysLeft > EXACT_DAYS ? 'over ' : ''}${count(daysLeft)}d`;
  return warnedFrom !== undefined && Date.parse(warnedFrom) < now ? { text, tone: 'warn' } : text;
};

const namesIn = ({ names }: CertificatePicture, isWide: boolean): string => {
  const shown = isWide ? names : names.slice(0, FEW_NAMES);
  return `${shown.join(', ')}${shown.length < names.length ? ', …' : ''}`;
};

const usersOf = ({ usedBy, usedByBackends }: CertificatePicture): string =>
  [...usedBy, ...usedByBackends.map((name) => `backend ${name}`)].join(', ');

const columns = (isWide: boolean, now: number): readonly Column<CertificatePicture>[] => [
  { title: 'CERTIFICATE', cell: ({ secret }) => secret },
  { title: 'LEFT', cell: (one) => leftCell(one, now), align: 'right' },
  { title: 'NAMES', cell: (one) => namesIn(one, isWide), spare: 1 },
  { title: 'USED BY', cell: usersOf },
  { title: '', cell: ({ problem = '' }) => ({ text: problem, tone: 'bad' }) },
];

/** The certificates with which listeners end TLS, and those that endpoints are shown. */
export const certificateLines = ({ certificates }: Picture, options: PrintOptions): readonly string[] =>
  certificates.length === 0 ? [] : ['', ...table(columns(options.wide, options.now), certificates, options)];
