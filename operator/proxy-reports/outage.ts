import { ApiError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';
import type { Report } from '../status/reading.ts';
import { isOptional, type WatchedKind } from '../watch/kinds.ts';
import { canBeOutage } from './source-loss.ts';

/** Tracks whether the API server is, or was a moment ago, unavailable to the operator as well. */
export interface Outage {
  /** `watch` names the kind, and the namespace if each namespace has its own watches. */
  note(kind: WatchedKind, state: ListWatchState, watch?: string): void;
  /**
   * The report without a loss that an outage explains: proxies reconnect within seconds of the operator, and
   * until then there is nothing to report about each of them.
   */
  explain(report: Report): Report;
}

/** A proxy that lost the API server retries at least every 15 s. */
const BACK_WITHIN_MS = 30_000;

export const createOutage = (now: () => number): Outage => {
  const lost = new Set<string>();
  let backAt = Number.NEGATIVE_INFINITY;
  const isRecent = (): boolean => lost.size > 0 || now() - backAt < BACK_WITHIN_MS;
  return {
    note(kind, state, watch = kind) {
      // Whether an optional kind is installed, or its conversion works, says nothing about the API server,
      // and may stay wrong for months.
      if (isOptional(kind)) return;
      // A refusal concerns this watch alone: the API server responded.
      const isAway = !state.connected && !(state.error instanceof ApiError && state.error.httpStatus < 500);
      if (isAway) lost.add(watch);
      else if (lost.delete(watch) && lost.size === 0) backAt = now();
    },
    explain: (report) =>
      report.loss !== undefined && canBeOutage(report.loss) && isRecent()
        ? { ...report, loss: undefined }
        : report,
  };
};
