import { ApiError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';
import { codeOf } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { ROOT, type WatchedKind } from '../watch/kinds.ts';

/** Logs what becomes of the watches: a loss once, and again only when its cause changes; and that it is back. */
export const createWatchLog = (log: Logger) => {
  const lost = new Map<string, string>();
  return {
    /** `watch` names the kind, and the namespace where each has a watch of its own. */
    state(kind: WatchedKind, state: ListWatchState, watch: string = kind): void {
      if (state.connected) {
        if (lost.delete(watch)) log.info({ watch }, 'watch is back');
        return;
      }
      const { error, retryInMs } = state;
      const code = codeOf(error);
      const isNews = lost.get(watch) !== code;
      lost.set(watch, code);
      if (kind === ROOT && error instanceof ApiError && error.code === 'NotFound') {
        if (isNews)
          log.error(
            { watch, code: 'CrdMissing', advice: CRD_MISSING },
            'CustomResourceDefinition is missing',
          );
        return;
      }
      if (isNews) log.warn({ watch, code, error, retryInMs }, 'watch lost, trying again');
      else log.debug({ watch, code, retryInMs }, 'watch still lost');
    },
    /** An optional kind: that it is not there is no loss. */
    served(kind: WatchedKind, isServed: boolean): void {
      if (isServed) log.info({ kind }, 'optional kind is there');
      else log.info({ kind }, 'optional kind is not there');
    },
  };
};

/** What to do about it; the watch goes on trying, so nothing has to be restarted. */
export const CRD_MISSING =
  'The API server does not know l4balancers.l4balancer.dev: apply crds/l4balancers.yaml, or install the chart with crds.install=true. It is tried again by itself.';
