import { ApiError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';
import { codeOf } from '../errors/operator-error.ts';
import type { Logger } from '../log/log.ts';
import { ROOT, type WatchedKind } from '../watch/kinds.ts';

/** Logs what becomes of the watches: a loss once, and again only when its cause changes; and that it is back. */
export const createWatchLog = (log: Logger) => {
  /** The code of each watch that is lost, by what is told of together: a kind, or all of a namespace that is followed by itself. */
  const lost = new Map<string, Map<string, string>>();
  return {
    /** `watch` names the kind, and the namespace where each has a watch of its own. */
    state(kind: WatchedKind, state: ListWatchState, watch: string = kind, namespace?: string): void {
      const group = namespace ?? kind;
      const losses = lost.get(group) ?? new Map<string, string>();
      lost.set(group, losses);
      if (state.connected) {
        if (losses.delete(watch) && losses.size === 0) log.info(about(watch, namespace), 'watch is back');
        return;
      }
      const { error, retryInMs } = state;
      const code = codeOf(error);
      const isNews = ![...losses.values()].includes(code);
      losses.set(watch, code);
      if (kind === ROOT && error instanceof ApiError && error.code === 'NotFound') {
        if (isNews)
          log.error(
            { ...about(watch, namespace), code: 'CrdMissing', advice: CRD_MISSING },
            'CustomResourceDefinition is missing',
          );
        return;
      }
      if (isNews)
        log.warn({ ...about(watch, namespace), code, error, retryInMs }, 'watch lost, trying again');
      else log.debug({ ...about(watch, namespace), code, retryInMs }, 'watch still lost');
    },
    /** An optional kind that the API server does not know: nothing is lost, and what was is no more. */
    absent(kind: WatchedKind, watch: string = kind, namespace?: string): void {
      const losses = lost.get(namespace ?? kind);
      if (losses?.delete(watch) && losses.size === 0)
        log.info(about(watch, namespace), 'watch lost no more: optional kind is not there');
    },
    /** An optional kind: that it is not there is no loss. */
    served(kind: WatchedKind, isServed: boolean): void {
      if (isServed) log.info({ kind }, 'optional kind is there');
      else log.info({ kind }, 'optional kind is not there');
    },
  };
};

const about = (watch: string, namespace: string | undefined) =>
  namespace === undefined ? { watch } : { watch, namespace };

/** What to do about it; the watch goes on trying, so nothing has to be restarted. */
export const CRD_MISSING =
  'The API server does not know l4balancers.l4balancer.dev: apply crds/l4balancers.yaml, or install the chart with crds.install=true. It is tried again by itself.';
