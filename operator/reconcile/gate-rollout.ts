import { effectiveTuning } from '../../crds/effective.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Child } from '../desired/children.ts';
import type { RenderSettings } from '../desired/pod/render-settings.ts';
import type { ClusterNode } from '../objects/node.ts';
import type { Owner } from '../objects/owner.ts';
import type { LiveTemplate, LiveWorkload } from '../objects/workload.ts';
import { cappedChildren } from '../rollout/capped-children.ts';
import { decideGate, type Gate } from '../rollout/gate.ts';
import type { VerdictBook } from '../rollout/probe-results.ts';
import { stoppedWorkload } from '../rollout/stopped-workload.ts';
import { type Trial, type TriedTemplate, trialMark } from '../rollout/trial.ts';
import { inPodSpec, placeSysctls } from '../sysctls/place-sysctls.ts';
import type { ApplyDeps } from './apply-children.ts';
import type { Gathered } from './gather.ts';

export interface GateDeps {
  /** Every node; undefined where the operator may not see them. */
  readonly nodes: () => readonly ClusterNode[] | undefined;
  readonly verdicts: VerdictBook;
  readonly read: ApplyDeps['read'];
}

/** The gate, and the children as they may be applied. */
export interface Gated {
  readonly gate: Gate;
  readonly trial: Trial | undefined;
  /** The pod template that is wanted. */
  readonly template: (TriedTemplate & KnownTemplate) | undefined;
  readonly children: readonly Child[];
}

interface KnownTemplate {
  readonly spec: { readonly securityContext: object };
}

interface WantedWorkload {
  readonly spec: { readonly replicas?: number; readonly template: TriedTemplate & KnownTemplate };
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet']);

/** Decides how far the workload may be changed, and takes the children that must wait out of the list. Throws as `read` does. */
export const gateRollout = async (
  gathered: Gathered,
  owner: Owner,
  render: RenderSettings,
  wanted: readonly Child[],
  deps: GateDeps,
): Promise<Gated> => {
  const child = wanted.find((one) => WORKLOADS.has(one.kind) && one.wanted !== undefined);
  if (child?.wanted === undefined)
    return { gate: { kind: 'Open' }, trial: undefined, template: undefined, children: wanted };
  const { spec } = child.wanted as unknown as WantedWorkload;
  const { template } = spec;
  const { deployment, replicaSets, pods } = gathered.observed;
  const placed = placeSysctls(effectiveTuning(owner.spec), render.kubelet);
  const trial: Trial | undefined =
    placed.unsafe.length === 0
      ? undefined
      : {
          sysctls: inPodSpec(placed),
          unsafe: placed.unsafe.map(({ name }) => name),
          placement: template.spec,
        };
  const isDeployment = child.kind === 'Deployment';
  const gate = decideGate({
    trial,
    template,
    replicas: spec.replicas,
    live: gathered.workload as LiveWorkload | undefined,
    probes: gathered.probes,
    nodes: deps.nodes(),
    settled: deps.verdicts.settled,
    deployment: isDeployment ? deployment : undefined,
    replicaSets,
    pods,
  });
  const others = wanted.filter(({ kind }) => !WORKLOADS.has(kind));
  switch (gate.kind) {
    case 'Open':
      return { gate, trial, template, children: wanted };
    case 'Trying':
      return { gate, trial, template, children: others };
    case 'Held': {
      // Stopped with the same template: what is left of it must not grow.
      const { spec: live } = (gathered.workload ?? {}) as Partial<LiveWorkload>;
      const isCapped = gate.pods > 0 && trialMark(live?.template) === trialMark(template);
      return { gate, trial, template, children: isCapped ? cappedChildren(others) : others };
    }
    case 'Stop': {
      const { how, record } = gate;
      const stay =
        how.kind === 'Cap'
          ? (deployment as { readonly spec?: { readonly template?: LiveTemplate } } | undefined)
          : ((await deps.read({
              apiVersion: 'apps/v1',
              kind: 'ReplicaSet',
              namespace: owner.namespace,
              name: how.replicaSet,
            })) as KubeObject & { readonly spec?: { readonly template?: LiveTemplate } });
      const stopped = stoppedWorkload(
        child.wanted as Parameters<typeof stoppedWorkload>[0],
        stay?.spec?.template ?? {},
        how.kind === 'Cap' ? how.replicas : undefined,
        record,
      );
      // First of all: every moment costs a pod.
      const rest = how.kind === 'Cap' ? cappedChildren(others) : others;
      return { gate, trial, template, children: [{ ...child, wanted: stopped }, ...rest] };
    }
    default:
      return gate satisfies never;
  }
};
