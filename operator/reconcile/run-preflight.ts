import type { Writer } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { Owner } from '../objects/owner.ts';
import { poolsToTry, verdictKey, type Waiting } from '../rollout/gate.ts';
import { judgeProbe, untried } from '../rollout/judge-probe.ts';
import { probePod } from '../rollout/probe-pod.ts';
import { spentPods } from '../rollout/spent-pods.ts';
import type { WantedTemplate } from '../rollout/wanted-workload.ts';
import type { GateDeps, Gated } from './gate-rollout.ts';
import type { Gathered } from './gather.ts';
import { writeFailure } from './write-failure.ts';

export interface PreflightDeps extends GateDeps {
  readonly writer: Pick<Writer, 'create' | 'remove'>;
  readonly now: () => number;
  /** Called when the preflight of a pool is given up without a verdict, with the reason. */
  readonly onPreflightGivenUp: (root: KubeObject, waiting: Waiting) => void;
}

/**
 * How long a probe may take to reach a verdict; then the rollout begins, and only the circuit breaker is
 * left.
 */
export const PREFLIGHT_MS = 60_000;
/** Pods removed in one reconcile; an unobserved storm may have left more. */
const MAX_REMOVALS = 50;

/**
 * Creates missing probe pods, records the verdicts of others, and removes pods that are no longer needed.
 * Returns the milliseconds after which to check again, or undefined if events will trigger it. Throws what
 * the writer throws if a retry makes sense.
 */
export const runPreflight = async (
  gathered: Gathered,
  owner: Owner,
  render: RenderSettings,
  gated: Gated,
  deps: PreflightDeps,
): Promise<number | undefined> => {
  const { gate, trial, template } = gated;
  const { probeResults, writer } = deps;
  const needed = new Set(
    trial === undefined ? [] : poolsToTry(deps.nodes(), trial).map((pool) => verdictKey(trial, pool)),
  );
  for (const pod of gathered.probes) {
    const { accepted, isKept } = judgeProbe(pod, gate.kind, needed);
    if (accepted !== undefined) probeResults.settle(accepted);
    if (!isKept) await removePod(pod, writer);
  }

  const spent = spentPods(gathered.observed, gate.kind === 'Held' || gate.kind === 'Stop');
  await Promise.all(spent.slice(0, MAX_REMOVALS).map((pod) => removePod(pod, writer)));
  if (spent.length > MAX_REMOVALS) return 1;

  if (gate.kind !== 'Trying' || template === undefined) return undefined;
  let soonest = PREFLIGHT_MS;
  const missing = new Set(untried(gate.waiting, gathered.probes));
  for (const waiting of gate.waiting) {
    const leftMs = PREFLIGHT_MS - probeResults.triedFor(waiting.verdictKey, deps.now());
    if (leftMs <= 0) giveUp(gathered, waiting, deps);
    else if (missing.has(waiting)) {
      const why = await createProbe(owner, render, template, waiting, deps);
      if (why !== undefined) giveUp(gathered, { ...waiting, why }, deps);
    }
    soonest = Math.min(soonest, Math.max(1, leftMs));
  }
  return gate.waiting.every(({ verdictKey: key }) => probeResults.settled.has(key)) ? 1 : soonest;
};

const giveUp = (
  { root }: Gathered,
  waiting: Waiting,
  { probeResults, onPreflightGivenUp }: PreflightDeps,
): void => {
  probeResults.settle(waiting.verdictKey);
  onPreflightGivenUp(root, waiting);
};

/** Why the API server does not accept the pod; undefined if it does. */
const createProbe = async (
  owner: Owner,
  render: RenderSettings,
  template: WantedTemplate,
  waiting: Waiting,
  { writer }: PreflightDeps,
): Promise<string | undefined> => {
  try {
    await writer.create(probePod(owner, render, template, waiting));
    return undefined;
  } catch (error) {
    // It was created a moment ago, and is not in the cache yet.
    if (error instanceof ApiError && error.code === 'AlreadyExists') return undefined;
    const failure = writeFailure(error);
    if (failure.kind === 'Failed') throw failure.error;
    return failure.kind === 'Refused'
      ? `the API server refuses it: ${failure.message}`
      : 'its namespace is being deleted';
  }
};

const removePod = async ({ metadata }: KubeObject, writer: PreflightDeps['writer']): Promise<void> => {
  if (metadata.deletionTimestamp !== undefined) return;
  const { name, namespace, uid } = metadata;
  await writer.remove({ apiVersion: 'v1', kind: 'Pod', name, namespace }, { uid });
};
