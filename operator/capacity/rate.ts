import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { CONNECTIONS_PER_CORE } from '../../crds/plan-pod.ts';
import { endsTls } from '../../crds/tls.ts';

/** What makes a connection cost more than relaying its bytes, as a clause. */
const HEAVY: readonly {
  readonly why: string;
  readonly isSo: (spec: L4BalancerSpec) => boolean;
}[] = [
  { why: 'TLS ends at a listener', isSo: ({ listeners }) => endsTls(listeners) },
  {
    why: 'TLS is spoken with endpoints',
    isSo: ({ backends }) => backends.some(({ tls }) => tls !== undefined),
  },
  { why: 'every connection is logged', isSo: ({ accessLog }) => accessLog.mode === 'All' },
];

/** Why each connection is costly, as clauses; empty if it is not. */
export const whyHeavy = (spec: L4BalancerSpec): readonly string[] =>
  HEAVY.filter(({ isSo }) => isSo(spec)).map(({ why }) => why);

/** Active connections that one core is planned to carry. */
export const connectionsPerCore = (spec: L4BalancerSpec): number =>
  spec.capacity?.connectionsPerCore ?? CONNECTIONS_PER_CORE[whyHeavy(spec).length > 0 ? 'heavy' : 'plain'];
