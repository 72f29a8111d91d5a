import type { Child } from '../desired/children.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { ClusterNode } from '../objects/node.ts';
import type { Owner } from '../objects/owner.ts';
import type { Deployment, LiveTemplate, LiveWorkload } from '../objects/workload.ts';
import type { HowToStop } from '../rollout/circuit-breaker.ts';
import { decideGate, type Gate } from '../rollout/gate.ts';
import { permittedChildren } from '../rollout/permitted-children.ts';
import type { ProbeResults } from '../rollout/probe-results.ts';
import { type Trial, trialOf } from '../rollout/trial.ts';
import { type WantedTemplate, wantedWorkload } from '../rollout/wanted-workload.ts';
import type { ApplyDeps } from './apply-children.ts';
import type { Gathered } from './gather.ts';

export interface GateDeps {
  /** Every node; undefined if the operator may not read them. */
  readonly nodes: () => readonly ClusterNode[] | undefined;
  readonly probeResults: ProbeResults;
  readonly read: ApplyDeps['read'];
}

/** The gate, and the children that may be applied. */
export interface Gated {
  readonly gate: Gate;
  readonly trial: Trial | undefined;
  /** The wanted pod template. */
  readonly template: WantedTemplate | undefined;
  readonly children: readonly Child[];
}

/**
 * Decides how far the workload may be changed, and removes the children that must wait from the list. Throws
 * what `read` throws.
 */
export const gateRollout = async (
  gathered: Gathered,
  owner: Owner,
  { kubelet }: RenderSettings,
  wanted: readonly Child[],
  deps: GateDeps,
): Promise<Gated> => {
  const workload = wantedWorkload(wanted);
  if (workload === undefined)
    return { gate: { kind: 'Open' }, trial: undefined, template: undefined, children: wanted };
  const { child, manifest, template } = workload;
  const { deployment, replicaSets, pods } = gathered.observed;
  const trial = trialOf(owner.spec, kubelet, template);
  const gate = decideGate({
    trial,
    template,
    replicas: manifest.spec.replicas,
    live: gathered.workload,
    probes: gathered.probes,
    nodes: deps.nodes(),
    settled: deps.probeResults.settled,
    deployment: child.kind === 'Deployment' ? deployment : undefined,
    replicaSets,
    pods,
  });
  const templates = {
    live: gathered.workload?.spec?.template,
    stay: gate.kind === 'Stop' ? await templateToKeep(gate.how, owner, deployment, deps) : undefined,
  };
  return { gate, trial, template, children: permittedChildren(gate, wanted, workload, templates) };
};

/** A ReplicaSet's template is read from the API server, because the cache does not keep it. */
const templateToKeep = async (
  how: HowToStop,
  { namespace }: Owner,
  deployment: Deployment | undefined,
  { read }: GateDeps,
): Promise<LiveTemplate | undefined> => {
  if (how.kind === 'Cap') return deployment?.spec?.template;
  const ref = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name: how.replicaSet };
  const replicaSet: LiveWorkload = await read(ref);
  return replicaSet.spec?.template;
};
