import { currentPods, isReady, podRevisionOf } from '../objects/pods.ts';
import { checkRollout } from '../status/check-rollout.ts';
import type { Observed } from '../status/observed.ts';
import { serves } from '../status/reading.ts';
import { wantedPods } from '../status/wanted-pods.ts';

/** What is known of what the replicas serve. */
export interface Served {
  readonly generation: number;
  /** How many of them serve that generation. */
  readonly by: 'None' | 'Some' | 'All';
  /** The revision of the pods, once a pod of the newest one serves; undefined before. */
  readonly podRevision: string | undefined;
}

/** Whether the workload is as this spec wants it, so that its revision belongs to the spec. */
const isApplied = ({ spec, gate, unfinished, problems }: Observed): boolean =>
  spec?.paused === true ||
  (gate.kind === 'Open' &&
    unfinished.length === 0 &&
    problems.every(({ kind }) => kind !== 'Deployment' && kind !== 'DaemonSet'));

/** What the replicas serve, as far as they have reported it. */
export const servedOf = (observed: Observed): Served => {
  const { spec, generation, deployment, readings } = observed;
  const none = { generation, by: 'None', podRevision: undefined } as const;
  // Without a valid spec, the proxies serve an earlier one.
  if (spec === undefined) return none;
  const wanted = wantedPods(observed);
  const isDone = spec.paused || checkRollout(deployment, wanted, spec.workload.kind) === undefined;
  const serving = readings.filter((one) => one.isReady);
  const at = serving.filter((one) => serves(one, generation)).length;
  const areAll = at === serving.length && (spec.paused || at >= wanted);
  if (at === 0 && !(areAll && isDone && isApplied(observed))) return none;
  const isNewest = wanted === 0 || currentPods(observed).some(isReady);
  return {
    generation,
    by: areAll && isDone && isApplied(observed) ? 'All' : 'Some',
    podRevision: isNewest && isApplied(observed) ? podRevisionOf(deployment) : undefined,
  };
};
