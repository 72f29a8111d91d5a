import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { plural } from '../text/lists-and-counts.ts';

/**
 * Warns if clients may reach a replica that knows nothing of their connection IDs: each learns them for
 * itself, and what is in front of the replicas goes by addresses. `replicas` is how many there are.
 */
export const checkStickiness = (
  { listeners, service, workload }: L4BalancerSpec,
  replicas: number,
): readonly Warning[] => {
  const isOnePerNode = workload.kind === 'DaemonSet';
  // On a DaemonSet without a Service, clients choose the node themselves.
  if (isOnePerNode ? service.type === 'None' : replicas < 2) return [];
  const concerned = listeners.filter(
    ({ stickiness }) => stickiness !== undefined && stickiness.serverId === undefined,
  );
  if (concerned.length === 0) return [];
  const names = concerned.map(({ name }) => `"${name}"`);
  return [
    {
      reason: 'ConnectionIdsNotShared',
      message: `${plural(names.length, 'Listener')} ${names.join(', ')} may lose a client whose address changes, because it may reach another replica (there ${isOnePerNode ? 'is one per node' : `are ${replicas}`}), and each knows only the connection IDs that it has learned: set stickiness.serverId if the servers have server IDs, or run one replica.`,
    },
  ];
};
