import type { LiveHistory, LiveReport, LiveSeries, LiveTotals, Series } from '../../report/live.ts';

/** As many samples as a proxy keeps. */
const MOST = 150;

const appended = (series: Series | undefined, value: number | null): Series =>
  [...(series ?? []), value].slice(-MOST);

const TOTALS: readonly (keyof LiveTotals)[] = [
  'open',
  'connections',
  'errors',
  'received',
  'sent',
  'connectP50Ms',
  'connectP99Ms',
];

export const NO_HISTORY: LiveHistory = {
  totals: {
    open: [],
    connections: [],
    errors: [],
    received: [],
    sent: [],
    connectP50Ms: [],
    connectP99Ms: [],
  },
  listeners: {},
  backends: {},
};

const pair = (known: LiveSeries | undefined, connections: number, bytes: number): LiveSeries => ({
  connections: appended(known?.connections, connections),
  bytes: appended(known?.bytes, bytes),
});

/** The history with the figures of one more report; what is not in the report any more is forgotten. */
export const continued = (history: LiveHistory, report: LiveReport): LiveHistory => ({
  totals: Object.fromEntries(
    TOTALS.map((name) => [name, appended(history.totals[name], report.totals[name])]),
  ) as LiveHistory['totals'],
  listeners: Object.fromEntries(
    report.listeners.map(({ name, connections, received, sent }) => [
      name,
      pair(history.listeners[name], connections, received + sent),
    ]),
  ),
  backends: Object.fromEntries(
    report.backends.map(({ name, open, received, sent }) => [
      name,
      pair(history.backends[name], open, received + sent),
    ]),
  ),
});
