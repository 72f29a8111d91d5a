import { childName } from '../../crds/child-name.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Verdict } from '../../report/reasons/reasons.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import type { Gate } from '../rollout/gate.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Observed } from './observed.ts';
import { sysctlAdvice } from './sysctl-advice.ts';

type Resource = Pick<Observed, 'namespace' | 'name' | 'deployment'>;

/**
 * Reports why the workload is held back from what the spec requests: its sysctls are being tried, or a
 * kubelet refuses them.
 */
export const checkGate = (gate: Gate, spec: L4BalancerSpec, resource: Resource): Verdict | undefined => {
  const ready = resource.deployment?.status?.readyReplicas ?? 0;
  switch (gate.kind) {
    case 'Open':
      return undefined;
    case 'Trying': {
      const nodes = gate.waiting.flatMap(({ pool }) => pool.nodes.slice(0, 1));
      const where = nodes.length === 0 ? '' : ` on ${plural(nodes.length, 'node')} ${listed(nodes)}`;
      const [why] = gate.waiting.map((one) => stable(one.why)).sort();
      return {
        reason: 'Preflight',
        message: `A probe pod is trying the unsafe sysctls${where} before the rollout starts, for at most a minute; there is no result yet, because ${sentence(why ?? '')}${servingText(ready)}`,
      };
    }
    case 'Held':
    case 'Stop': {
      const { refusals, pods } = gate.kind === 'Held' ? gate : gate.record;
      const probes = gate.kind === 'Held' ? gate.probes : [];
      const rest = pods > 0 ? stoppedText(pods, resource) : heldText(probes, resource);
      return {
        reason: 'SysctlForbidden',
        message: `${sysctlAdvice(refusals, spec)} ${rest}${servingText(ready)}`,
      };
    }
    default:
      return gate satisfies never;
  }
};

// The API does not show what a kubelet allows, so the operator cannot notice that it has changed. Hence the
// commands.
const UNTIL =
  'until the sysctls, the placement of the pods or the node object change. Once the kubelet allows them, run';

const stoppedText = (pods: number, { namespace, name }: Resource): string =>
  `${pods} pods were refused; no more are created ${UNTIL}: kubectl annotate deployment ${childName(name)} ${ROLLOUT_STOPPED}- -n ${namespace}.`;

/** Names all probe pods, because a single one that remains keeps the rollout from starting. */
const heldText = (probes: readonly string[], { namespace }: Resource): string =>
  `A probe pod was refused, so the rollout does not start ${UNTIL}: kubectl delete pod ${probes.join(' ')} -n ${namespace}.`;

const servingText = (ready: number): string =>
  ready === 0 ? '' : ` The ${ready} serving ${plural(ready, 'replica')} ${plural(ready, 'is', 'are')} kept.`;
