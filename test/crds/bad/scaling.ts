import { type Loose, manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const workload = (fields: Loose): Loose => manifestWith({ workload: fields });

export const BAD_SCALING: readonly BadManifest[] = [
  bad(
    'replicas of a DaemonSet',
    'daemon-set-replicas',
    workload({ kind: 'DaemonSet', replicas: 2 }),
    'spec.workload.replicas',
    /a DaemonSet runs one pod on each node[:;] remove replicas/,
  ),
  bad(
    'an autoscaler of a DaemonSet',
    'daemon-set-autoscaling',
    workload({ kind: 'DaemonSet', autoscaling: { maxReplicas: 3 } }),
    'spec.workload.autoscaling',
    /a DaemonSet runs one pod on each node/,
  ),
  bad(
    'an autoscaler on the host network',
    'host-network-autoscaling',
    manifestWith({ tuning: { profile: 'HostNetwork' }, workload: { autoscaling: { maxReplicas: 3 } } }),
    'spec.workload.autoscaling',
    /profile HostNetwork allows one pod per node, as it uses the node’s ports: remove autoscaling/,
  ),
  bad(
    'an autoscaler whose minimum is above its maximum',
    'autoscaling-bounds',
    workload({ autoscaling: { minReplicas: 4, maxReplicas: 3 } }),
    'spec.workload.autoscaling.minReplicas',
    /minReplicas 4 is above maxReplicas 3: lower it or raise maxReplicas/,
  ),
  bad(
    'an autoscaler without a maximum',
    undefined,
    workload({ autoscaling: { minReplicas: 4 } }),
    'spec.workload.autoscaling.maxReplicas',
    /Required value/,
    /is missing: expected a number/,
  ),
  bad(
    'a disruption budget with both minimum and maximum',
    'disruption-budget-one',
    workload({ disruptionBudget: { minAvailable: 1, maxUnavailable: '50%' } }),
    'spec.workload.disruptionBudget.maxUnavailable',
    /minAvailable and maxUnavailable are both set: remove one of them/,
  ),
  bad(
    'a percentage as the disruption budget of a DaemonSet',
    'daemon-set-disruption-budget',
    workload({ kind: 'DaemonSet', disruptionBudget: { minAvailable: '50%' } }),
    'spec.workload.disruptionBudget',
    /only minAvailable as a number/,
  ),
  bad(
    'a disruption budget that is neither a number nor a percentage',
    undefined,
    workload({ disruptionBudget: { minAvailable: '101%' } }),
    'spec.workload.disruptionBudget.minAvailable',
    /should match/,
    /"101%" is not a number of pods or a percentage/,
  ),
  bad(
    'a Deployment with update strategy OnDelete',
    'update-strategy-kind',
    workload({ updateStrategy: { type: 'OnDelete' } }),
    'spec.workload.updateStrategy.type',
    /OnDelete kind DaemonSet|"OnDelete" is not available with kind Deployment/,
  ),
  bad(
    'a DaemonSet with update strategy Recreate',
    'update-strategy-kind',
    workload({ kind: 'DaemonSet', updateStrategy: { type: 'Recreate' } }),
    'spec.workload.updateStrategy.type',
    /Recreate requires kind Deployment|"Recreate" is not available with kind DaemonSet/,
  ),
  bad(
    'details of a rolling update with another strategy',
    'update-strategy-details',
    workload({ updateStrategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    'spec.workload.updateStrategy.rollingUpdate',
    /requires type RollingUpdate/,
  ),
  bad(
    'a rolling update that can never progress',
    'update-strategy-moves',
    workload({ updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    'spec.workload.updateStrategy.rollingUpdate.maxUnavailable',
    /no pod could ever be replaced/,
  ),
  bad(
    'a DaemonSet with both maxSurge and maxUnavailable',
    'daemon-set-update-strategy',
    workload({
      kind: 'DaemonSet',
      updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
    'spec.workload.updateStrategy.rollingUpdate',
    /supports maxSurge or maxUnavailable, but not both/,
  ),
  bad(
    'a capacity of zero',
    undefined,
    manifestWith({ capacity: { connections: 0 } }),
    'spec.capacity.connections',
    /greater than or equal to 1/,
    /0 is out of range: expected at least 1/,
  ),
  bad(
    'more acceptors than the CPU request, with a capacity',
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
