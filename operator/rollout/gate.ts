import { hash } from 'node:crypto';
import type { ClusterNode } from '../objects/node.ts';
import { isEligible } from '../objects/placement.ts';
import type { Pod } from '../objects/pod.ts';
import type { WorkloadPods } from '../objects/pods.ts';
import type { LiveWorkload } from '../objects/workload.ts';
import type { Refusal } from '../sysctls/refused-pod.ts';
import { breaker, type HowToStop } from './circuit-breaker.ts';
import { type NodePool, nodePools } from './node-pools.ts';
import { probeVerdict } from './probe-verdict.ts';
import { markOf, readRecord, type StopRecord, stillHolds } from './stop-record.ts';
import { type Trial, type TriedTemplate, trialMark } from './trial.ts';

/** Whether the workload may be changed to what the spec requests, as far as its sysctls are concerned. */
export type Gate =
  | { readonly kind: 'Open' }
  /** Probe pods are being tried; until they answer, the workload is left unchanged. */
  | { readonly kind: 'Trying'; readonly waiting: readonly Waiting[] }
  /** A kubelet refuses the sysctls; until the spec or a node changes, the workload is left unchanged. */
  | {
      readonly kind: 'Held';
      readonly refusals: readonly Refusal[];
      /** Number of pods of a rollout that were refused; 0 if a probe pod revealed it. */
      readonly pods: number;
      /** Names of the probe pods that prove the refusal. */
      readonly probes: readonly string[];
    }
  /** Too many pods of a rollout were refused: stop it now. */
  | { readonly kind: 'Stop'; readonly how: HowToStop; readonly record: StopRecord };

/** A node pool that is being tried. */
export interface Waiting {
  readonly pool: NodePool;
  readonly verdictKey: string;
  /** Why there is no verdict yet; continues a sentence that ends in "…, because". */
  readonly why: string;
}

/** The verdict keys of earlier probes that need no answer any more. */
export type Verdicts = ReadonlySet<string>;

export interface GateInput extends WorkloadPods {
  /** Undefined if the pods name no unsafe sysctl in their spec. */
  readonly trial: Trial | undefined;
  /** The wanted pod template. */
  readonly template: TriedTemplate;
  /** Number of wanted pods; undefined if something else decides it. */
  readonly replicas: number | undefined;
  /** The current workload; undefined if there is none yet. */
  readonly live: LiveWorkload | undefined;
  readonly probes: readonly Pod[];
  /** Every node; undefined if the operator is not allowed to list them. */
  readonly nodes: readonly ClusterNode[] | undefined;
  /** Pools on which the sysctls are known to work, or that were given up. */
  readonly settled: Verdicts;
}

/** Label of a probe pod with the verdict key that it is for. */
export const VERDICT_LABEL = 'l4balancer.dev/preflight';

/** At most this many pools are tried for one resource; the circuit breaker covers the rest. */
export const MOST_POOLS = 16;

/** Identifies one question: whether the kubelets of this pool, in its current state, allow these sysctls. */
export const verdictKey = ({ sysctls }: Trial, pool: NodePool): string =>
  hash('sha256', JSON.stringify([pool.key, sysctls.map(({ name, value }) => [name, value])])).slice(0, 16);

/** A storm of refused pods is stopped, unless the wanted template ends it anyway. */
export const decideGate = (input: GateInput): Gate => {
  const { live, template, nodes, trial } = input;
  const tripped = breaker(input);
  if (tripped === undefined && trial === undefined) return { kind: 'Open' };
  const byName = new Map(nodes?.map((node) => [node.metadata.name, node]));
  const gate = withoutBreaker(input, byName);
  const mark = trialMark(live?.spec?.template);
  if (tripped === undefined || (gate.kind === 'Open' && mark !== trialMark(template))) return gate;
  const refusals = tripped.refusals.map((one) => ({ ...one, mark: markOf(one.node, byName) }));
  return { kind: 'Stop', how: tripped.how, record: { trial: mark, refusals, pods: tripped.pods } };
};

const withoutBreaker = (input: GateInput, nodes: ReadonlyMap<string, ClusterNode>): Gate => {
  const { trial, live, template } = input;
  if (trial === undefined) return { kind: 'Open' };
  const record = readRecord(live?.metadata.annotations);
  if (record !== undefined && stillHolds(record, trialMark(template), nodes))
    return { kind: 'Held', refusals: record.refusals, pods: record.pods, probes: [] };
  return isTrialNeeded(input, record !== undefined) ? preflight(input, trial) : { kind: 'Open' };
};

/** If pods already run with the wanted sysctls and placement, they prove more than a probe could. */
const isTrialNeeded = ({ live, template, replicas }: GateInput, wasStopped: boolean): boolean => {
  if (replicas === 0) return false;
  if (live === undefined || wasStopped || live.spec?.replicas === 0) return true;
  return trialMark(live.spec?.template) !== trialMark(template);
};

const preflight = ({ nodes, probes, settled }: GateInput, trial: Trial): Gate => {
  const pools = poolsToTry(nodes, trial);
  const refused: { readonly refusal: Refusal; readonly name: string }[] = [];
  const waiting: Waiting[] = [];
  for (const pool of pools) {
    const key = verdictKey(trial, pool);
    if (settled.has(key)) continue;
    const probe = probes.find(({ metadata }) => metadata.labels?.[VERDICT_LABEL] === key);
    const verdict = probe === undefined ? undefined : probeVerdict(probe);
    if (probe !== undefined && verdict?.kind === 'Refused')
      refused.push({ refusal: verdict.refusal, name: probe.metadata.name });
    else if (verdict?.kind !== 'Accepted') {
      const why = verdict?.kind === 'Unsure' ? verdict.why : 'it is being created';
      waiting.push({ pool, verdictKey: key, why });
    }
  }
  if (refused.length > 0)
    return {
      kind: 'Held',
      refusals: refused.map(({ refusal }) => refusal),
      pods: 0,
      probes: refused.map(({ name }) => name).sort(),
    };
  return waiting.length > 0 ? { kind: 'Trying', waiting } : { kind: 'Open' };
};

/**
 * If nodes cannot be listed, there is a single pool, and the scheduler chooses the node. If no node is
 * eligible there is nothing to try.
 */
export const poolsToTry = (
  nodes: readonly ClusterNode[] | undefined,
  { placement }: Trial,
): readonly NodePool[] =>
  nodes === undefined
    ? [{ key: 'any', nodes: [] }]
    : nodePools(nodes.filter((node) => isEligible(node, placement))).slice(0, MOST_POOLS);
