import { ApiError } from '../../kube/errors.ts';
import type { ListWatchState } from '../../kube/list-watch.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import { ROOT, type WatchedKind } from '../watch/kinds.ts';

/** Logs changes of the watches: a loss once, and again only when its cause changes, and the recovery. */
export const createWatchLog = (log: Logger) => {
  /**
   * The error code of each lost watch, grouped by what is reported together: a kind, or a namespace that is
   * followed separately.
   */
  const lost = new Map<string, Map<string, string>>();
  return {
    /** `watch` names the kind, and the namespace if each namespace has its own watches. */
    state(kind: WatchedKind, state: ListWatchState, watch: string = kind, namespace?: string): void {
      const group = namespace ?? kind;
      const losses = lost.get(group) ?? new Map<string, string>();
      lost.set(group, losses);
      if (state.connected) {
        if (losses.delete(watch) && losses.size === 0) log.info(about(watch, namespace), 'watch recovered');
        return;
      }
      const { error, retryInMs } = state;
      const code = codeOf(error);
      const isNewCause = ![...losses.values()].includes(code);
      losses.set(watch, code);
      if (kind === ROOT && error instanceof ApiError && error.code === 'NotFound') {
        if (isNewCause)
          log.error(
            { ...about(watch, namespace), code: 'CrdMissing', advice: CRD_MISSING },
            'CustomResourceDefinition is missing',
          );
        return;
      }
      if (isNewCause)
        log.warn({ ...about(watch, namespace), code, error, retryInMs }, 'watch lost, retrying');
      else log.debug({ ...about(watch, namespace), code, retryInMs }, 'watch still lost');
    },
    /** The API server does not know an optional kind: this is not a loss, and ends one. */
    absent(kind: WatchedKind, watch: string = kind, namespace?: string): void {
      const losses = lost.get(namespace ?? kind);
      if (losses?.delete(watch) && losses.size === 0)
        log.info(about(watch, namespace), 'watch no longer lost: optional kind is not served');
    },
    /** Reports whether an optional kind is available; its absence is not a loss. */
    served(kind: WatchedKind, isServed: boolean): void {
      if (isServed) log.info({ kind }, 'optional kind is served');
      else log.info({ kind }, 'optional kind is not served');
    },
  };
};

const about = (watch: string, namespace: string | undefined) =>
  namespace === undefined ? { watch } : { watch, namespace };

/** What to do about it. The watch keeps retrying, so nothing has to be restarted. */
export const CRD_MISSING =
  'The API server does not know l4balancers.l4balancer.dev: apply crds/l4balancers.yaml, or install the chart with crds.install=true. The operator retries automatically.';
