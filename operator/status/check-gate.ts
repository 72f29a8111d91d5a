import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Gate } from '../tuning/gate.ts';
import type { Refusal } from '../tuning/refused-pod.ts';
import type { Verdict } from './reasons.ts';
import { sentence, stable } from './stable.ts';
import { sysctlAdvice } from './sysctl-advice.ts';
import { listed, plural } from './words.ts';

/** Says why the workload is not brought to what the spec asks for: its sysctls are being tried, or a kubelet refuses them. */
export const checkGate = (gate: Gate, spec: L4BalancerSpec, ready: number): Verdict | undefined => {
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
      return held(gate.refusals, gate.pods, gate.probes, spec, ready);
    case 'Stop':
      return held(gate.record.refusals, gate.record.pods, [], spec, ready);
    default:
      return gate satisfies never;
  }
};

const held = (
  refusals: readonly Refusal[],
  pods: number,
  probes: readonly string[],
  spec: L4BalancerSpec,
  ready: number,
): Verdict => {
  const rest =
    pods > 0
      ? `${pods} pods were refused; no more are made until this resource or the node changes.`
      : `A probe pod was refused, so no rollout is begun until this resource or the node changes, or ${plural(probes.length, 'pod')} ${listed(probes)} ${plural(probes.length, 'is', 'are')} deleted.`;
  return { reason: 'SysctlForbidden', message: `${sysctlAdvice(refusals, spec)} ${rest}${serving(ready)}` };
};

const serving = (ready: number): string =>
  ready === 0
    ? ''
    : ` The ${ready} ${plural(ready, 'replica')} that ${plural(ready, 'serves', 'serve')} ${plural(ready, 'stays', 'stay')}.`;
