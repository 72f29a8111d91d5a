import { type Loose, manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const workload = (fields: Loose): Loose => manifestWith({ workload: fields });

export const BAD_SCALING: readonly BadManifest[] = [
  bad(
    'replicas of a DaemonSet',
    'daemon-set-replicas',
    workload({ kind: 'DaemonSet', replicas: 2 }),
    'spec.workload.replicas',
    /a DaemonSet runs one pod on each node: leave out replicas/,
  ),
  bad(
    'an autoscaler of a DaemonSet',
    'daemon-set-autoscaling',
    workload({ kind: 'DaemonSet', autoscaling: { maxReplicas: 3 } }),
    'spec.workload.autoscaling',
    /a DaemonSet runs one pod on each node/,
  ),
  bad(
    'an autoscaler in the network of the nodes',
    'host-network-autoscaling',
    manifestWith({ tuning: { profile: 'HostNetwork' }, workload: { autoscaling: { maxReplicas: 3 } } }),
    'spec.workload.autoscaling',
    /profile HostNetwork has one pod on a node, whose ports it takes: leave out autoscaling/,
  ),
  bad(
    'an autoscaler whose least is above its most',
    'autoscaling-bounds',
    workload({ autoscaling: { minReplicas: 4, maxReplicas: 3 } }),
    'spec.workload.autoscaling.minReplicas',
    /minReplicas 4 is above maxReplicas 3: lower it or raise maxReplicas/,
  ),
  bad(
    'an autoscaler without a most',
    undefined,
    workload({ autoscaling: { minReplicas: 4 } }),
    'spec.workload.autoscaling.maxReplicas',
    /Required value/,
    /is missing: expected a number/,
  ),
  bad(
    'a disruption budget of two kinds',
    'disruption-budget-one',
    workload({ disruptionBudget: { minAvailable: 1, maxUnavailable: '50%' } }),
    'spec.workload.disruptionBudget.maxUnavailable',
    /minAvailable and maxUnavailable are both given: give one of them/,
  ),
  bad(
    'a share as the disruption budget of a DaemonSet',
    'daemon-set-disruption-budget',
    workload({ kind: 'DaemonSet', disruptionBudget: { minAvailable: '50%' } }),
    'spec.workload.disruptionBudget',
    /only with minAvailable as a number/,
  ),
  bad(
    'a disruption budget that is neither number nor share',
    undefined,
    workload({ disruptionBudget: { minAvailable: '101%' } }),
    'spec.workload.disruptionBudget.minAvailable',
    /should match/,
    /"101%" is not a number of pods or a percentage/,
  ),
  bad(
    'a Deployment that waits for pods to be deleted',
    'update-strategy-kind',
    workload({ updateStrategy: { type: 'OnDelete' } }),
    'spec.workload.updateStrategy.type',
    /OnDelete for a DaemonSet/,
  ),
  bad(
    'a DaemonSet that stops all pods first',
    'update-strategy-kind',
    workload({ kind: 'DaemonSet', updateStrategy: { type: 'Recreate' } }),
    'spec.workload.updateStrategy.type',
    /Recreate is for a Deployment/,
  ),
  bad(
    'details of a strategy that does not roll',
    'update-strategy-details',
    workload({ updateStrategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    'spec.workload.updateStrategy.rollingUpdate',
    /has a meaning only with type RollingUpdate/,
  ),
  bad(
    'an update that can never move',
    'update-strategy-moves',
    workload({ updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    'spec.workload.updateStrategy.rollingUpdate.maxUnavailable',
    /no pod could ever be replaced/,
  ),
  bad(
    'a DaemonSet that surges and lacks at once',
    'daemon-set-update-strategy',
    workload({
      kind: 'DaemonSet',
      updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
    'spec.workload.updateStrategy.rollingUpdate',
    /takes one of maxSurge and maxUnavailable, not both/,
  ),
  bad(
    'a capacity of nothing',
    undefined,
    manifestWith({ capacity: { connections: 0 } }),
    'spec.capacity.connections',
    /greater than or equal to 1/,
    /0 is out of range: expected at least 1/,
  ),
  bad(
    'more acceptors than the CPU given beside a capacity',
    'acceptors-within-cpu-limit',
    manifestWith({
      capacity: { connections: 1000 },
      tuning: { acceptors: 3 },
      workload: { resources: { requests: { cpu: 2 } } },
    }),
    'spec.tuning.acceptors',
    /3 acceptors are more than the whole cores of workload\.resources\.requests\.cpu 2/,
  ),
];
