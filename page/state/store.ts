import { signal } from '@preact/signals';
import type { LiveHistory, LiveReport } from '../../report/live.ts';
import { continued, NO_HISTORY } from './series.ts';

/** What is known of one proxy. */
export interface ProxyView {
  readonly report: LiveReport;
  readonly history: LiveHistory;
}

/** How the page stands with what it listens to. */
export type Connection =
  | { readonly state: 'Connecting' }
  | { readonly state: 'Live' }
  | { readonly state: 'Lost'; readonly why: string; readonly sinceMs: number };

/** The proxies by name. One proxy sends its own; a server that asks several may send all of theirs. */
export const proxies = signal<ReadonlyMap<string, ProxyView>>(new Map());
export const connection = signal<Connection>({ state: 'Connecting' });
/** The proxy that is shown, if there are several; by default the first. */
export const chosen = signal<string | undefined>(undefined);
export const search = signal('');

const histories = new Map<string, LiveHistory>();

/** What a proxy kept of the last minutes; its latest sample is that of the report that follows. */
export const takeHistory = (proxy: string, { totals, ...rest }: LiveHistory): void => {
  histories.set(proxy, { totals, ...rest });
};

export const takeReport = (report: LiveReport): void => {
  const known = proxies.value.get(report.proxy);
  // After a history comes the report of its last sample.
  const given = histories.get(report.proxy);
  histories.delete(report.proxy);
  const history = given ?? continued(known?.history ?? NO_HISTORY, report);
  // Another version may send what this page does not know.
  if (known !== undefined && known.report.summary.version !== report.summary.version) location.reload();
  proxies.value = new Map(proxies.value).set(report.proxy, { report, history });
};

/** A new connection may lead to another process: only what it sends is shown. */
export const forgetOthers = (proxy: string): void => {
  if ([...proxies.value.keys()].some((name) => name !== proxy))
    proxies.value = new Map([...proxies.value].filter(([name]) => name === proxy));
};

/** The proxy to show; undefined before the first report. */
export const shown = (): ProxyView | undefined =>
  proxies.value.get(chosen.value ?? '') ?? proxies.value.values().next().value;
