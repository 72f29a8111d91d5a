import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { childName } from '../objects/child-name.ts';
import { ROLLOUT_STOPPED } from '../objects/workload.ts';
import type { Gate } from '../rollout/gate.ts';
import { listed, plural } from '../text/lists-and-counts.ts';
import { sentence, stable } from '../text/stable.ts';
import type { Observed } from './observed.ts';
import type { Verdict } from './reasons.ts';
import { sysctlAdvice } from './sysctl-advice.ts';

type Resource = Pick<Observed, 'namespace' | 'name' | 'deployment'>;

/** Says why the workload is not brought to what the spec asks for: its sysctls are being tried, or a kubelet refuses them. */
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
        message: `A probe pod tries the unsafe sysctls${where} before the rollout begins, for a minute at most; there is no answer yet, because ${sentence(why ?? '')}${serving(ready)}`,
      };
    }
    case 'Held':
    case 'Stop': {
      const { refusals, pods } = gate.kind === 'Held' ? gate : gate.record;
      const probes = gate.kind === 'Held' ? gate.probes : [];
      const rest = pods > 0 ? stopped(pods, resource) : notBegun(probes, resource);
      return {
        reason: 'SysctlForbidden',
        message: `${sysctlAdvice(refusals, spec)} ${rest}${serving(ready)}`,
      };
    }
    default:
      return gate satisfies never;
  }
};

// What a kubelet allows is nowhere to be seen, so that a change of it alone is no reason to try again: hence the commands.
const UNTIL =
  'until the sysctls, where the pods may go, or the node object change. Once the kubelet allows them';

const stopped = (pods: number, { namespace, name }: Resource): string =>
  `${pods} pods were refused; no more are made ${UNTIL}: kubectl annotate deployment ${childName(name)} ${ROLLOUT_STOPPED}- -n ${namespace}.`;

/** All of them: one that stays keeps the rollout from beginning. */
const notBegun = (probes: readonly string[], { namespace }: Resource): string =>
  `A probe pod was refused, so no rollout is begun ${UNTIL}: kubectl delete pod ${probes.join(' ')} -n ${namespace}.`;

const serving = (ready: number): string =>
  ready === 0
    ? ''
    : ` The ${ready} ${plural(ready, 'replica')} that ${plural(ready, 'serves', 'serve')} ${plural(ready, 'stays', 'stay')}.`;
