import { printable, type Style } from '../print/style.ts';
import { bytes } from '../print/units.ts';
import type { Entry } from './entry.ts';

/** So wide that the columns of most lines agree: they are not known beforehand. */
const [LISTENER, ADDRESS, REASON] = [12, 21, 16];

/** How connections end that nobody needs to look at. */
const USUAL = new Set(['Finished', 'SessionIdle', 'IdleTimeout', 'Drained']);

/** An entry as one line, cut at the width of a terminal. */
export const entryLine = (
  entry: Entry,
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): string => {
  const { time, listener, client, endpoint, reason, durationMs, receivedBytes, sentBytes, pod } = entry;
  const clock = time.slice(11, 23);
  const start = [clock, listener.padEnd(LISTENER), reason.padEnd(REASON), client.padEnd(ADDRESS)];
  const rest = [
    `→ ${endpoint === '' ? 'nowhere' : endpoint}`.padEnd(ADDRESS + 2),
    `${Math.round(durationMs)} ms, ${bytes(receivedBytes)} in, ${bytes(sentBytes)} out`,
    pod,
  ];
  const text = printable([...start, ...rest].join('  '));
  const cut = width === undefined || text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  return style(USUAL.has(reason) ? 'plain' : 'warn', cut);
};
