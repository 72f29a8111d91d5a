import type { CertificatePicture, Picture } from '../picture/picture.ts';
import { type Cell, type Column, table } from '../print/table.ts';
import { count } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

/** From here on the status has a warning as well. */
const SOON_DAYS = 14;
/** Beyond this, the operator reports whole weeks. */
const EXACT_DAYS = 30;
/** Names that are shown without -o wide. */
const FEW_NAMES = 3;

const leftCell = ({ daysLeft }: CertificatePicture): Cell => {
  if (daysLeft === undefined) return { text: 'none', tone: 'bad' };
  if (daysLeft < 0) return { text: 'expired', tone: 'bad' };
  const text = `${daysLeft > EXACT_DAYS ? 'over ' : ''}${count(daysLeft)}d`;
  return daysLeft < SOON_DAYS ? { text, tone: 'warn' } : text;
};

const namesIn = ({ names }: CertificatePicture, isWide: boolean): string => {
  const shown = isWide ? names : names.slice(0, FEW_NAMES);
  return `${shown.join(', ')}${shown.length < names.length ? ', …' : ''}`;
};

const usersOf = ({ usedBy, usedByBackends }: CertificatePicture): string =>
  [...usedBy, ...usedByBackends.map((name) => `backend ${name}`)].join(', ');

const columns = (isWide: boolean): readonly Column<CertificatePicture>[] => [
  { title: 'CERTIFICATE', cell: ({ secret }) => secret },
  { title: 'LEFT', cell: leftCell, align: 'right' },
  { title: 'NAMES', cell: (one) => namesIn(one, isWide), spare: 1 },
  { title: 'USED BY', cell: usersOf },
  { title: '', cell: ({ problem = '' }) => ({ text: problem, tone: 'bad' }) },
];

/** The certificates with which listeners end TLS, and those that endpoints are shown. */
export const certificateLines = ({ certificates }: Picture, options: PrintOptions): readonly string[] =>
  certificates.length === 0 ? [] : ['', ...table(columns(options.wide), certificates, options)];
