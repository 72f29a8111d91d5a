import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { CONNECTIONS_PER_CORE } from '../../crds/plan-pod.ts';

/** What makes every connection cost more than passing its bytes on. */
const HEAVY: readonly ((spec: L4BalancerSpec) => boolean)[] = [({ accessLog }) => accessLog.mode === 'All'];

/** Whether much is done for each connection. */
export const isHeavy = (spec: L4BalancerSpec): boolean => HEAVY.some((isSo) => isSo(spec));

/** Active connections that one core is counted with. */
export const connectionsPerCore = (spec: L4BalancerSpec): number =>
  spec.capacity?.connectionsPerCore ?? CONNECTIONS_PER_CORE[isHeavy(spec) ? 'heavy' : 'plain'];
