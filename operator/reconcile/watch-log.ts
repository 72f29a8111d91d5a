import { ApiError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';
import { codeOf } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { ROOT, type WatchedKind } from '../watch/kinds.ts';

/** Logs what becomes of the watches: a loss once, and again only when its cause changes; and that it is back. */
export const createWatchLog = (log: Logger) => {
  const lost = new Map<WatchedKind, string>();
  return {
    state(kind: WatchedKind, state: ListWatchState): void {
      if (state.connected) {
        if (lost.delete(kind)) log.info({ kind }, 'watch is back');
        return;
      }
      const { error, retryInMs } = state;
      const code = codeOf(error);
      const isNews = lost.get(kind) !== code;
      lost.set(kind, code);
      if (kind === ROOT && error instanceof ApiError && error.code === 'NotFound') {
        if (isNews)
          log.error({ kind, code: 'CrdMissing', advice: CRD_MISSING }, 'CustomResourceDefinition is missing');
        return;
      }
      if (isNews) log.warn({ kind, code, error, retryInMs }, 'watch lost, trying again');
      else log.debug({ kind, code, retryInMs }, 'watch still lost');
    },
  };
};

/** What to do about it; the watch goes on trying, so nothing has to be restarted. */
export const CRD_MISSING =
  'The API server does not know l4balancers.l4balancer.dev: apply crds/l4balancers.yaml, or install the chart with crds.install=true. It is tried again by itself.';
