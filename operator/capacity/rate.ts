import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { CONNECTIONS_PER_CORE } from '../../crds/plan-pod.ts';

/** Features that make a connection cost more than relaying its bytes. */
const HEAVY: readonly ((spec: L4BalancerSpec) => boolean)[] = [({ accessLog }) => accessLog.mode === 'All'];

/** Whether each connection is costly. */
export const isHeavy = (spec: L4BalancerSpec): boolean => HEAVY.some((isSo) => isSo(spec));

/** Active connections that one core is planned to carry. */
export const connectionsPerCore = (spec: L4BalancerSpec): number =>
  spec.capacity?.connectionsPerCore ?? CONNECTIONS_PER_CORE[isHeavy(spec) ? 'heavy' : 'plain'];
