import { type BlockingReason, FINDING_WARNINGS } from './finding-reasons.ts';
import type { ReasonEntry } from './reasons.ts';

/** The closed catalogue of reasons in the condition Warnings: nothing is stopped by them. */
export const WARNING_REASONS = {
  NoWarnings: { meaning: 'There is nothing to warn of.', whatToDo: 'Nothing.' },
  Contested: {
    meaning: 'Somebody else, perhaps a second operator, changes objects of the resource again and again.',
    whatToDo: 'Stop the one that the message names, or change the L4Balancer instead.',
  },
  DefinitionOlder: {
    meaning: 'The cluster’s CustomResourceDefinition lacks fields or values that this operator knows.',
    whatToDo: 'Upgrade the definition: helm upgrade, or kubectl apply crds/l4balancers.yaml.',
  },
  DefinitionNewer: {
    meaning: 'The cluster’s CustomResourceDefinition has fields or values that this operator does not know.',
    whatToDo: 'Upgrade the operator.',
  },
  NoLongerAdmitted: {
    meaning:
      'The spec has what is refused since an upgrade of the definition; the resource goes on as it is.',
    whatToDo:
      'Correct the field that the message names; until then a change of what is around it is refused.',
  },
  ReplicasIgnored: {
    meaning: 'workload.replicas, perhaps by kubectl scale, has no effect beside autoscaling.',
    whatToDo: 'Change workload.autoscaling instead, and leave out replicas.',
  },
  AcceptorsAboveRequest: {
    meaning: 'There are more acceptors than cores reserved: on a busy node they wait for each other.',
    whatToDo: 'Raise workload.resources.requests.cpu, or lower tuning.acceptors.',
  },
  TooFewCores: {
    meaning: 'The cores of all replicas do not carry the connections of spec.capacity.',
    whatToDo:
      'Raise workload.replicas (with autoscaling, its maxReplicas) or the CPU limit, or leave them out.',
  },
  TooLittleMemory: {
    meaning: 'The memory limit has no room for the connections of spec.capacity.',
    whatToDo: 'Raise workload.resources.limits.memory or the replicas, or leave them out.',
  },
  TooFewDescriptors: {
    meaning: 'A replica may not open as many files as its connections need.',
    whatToDo: 'Raise tuning.fileDescriptors or the replicas.',
  },
  TooFewSourcePorts: {
    meaning: 'A backend has too few endpoints for its connections: each takes a source port.',
    whatToDo: 'Add endpoints or replicas, or widen net.ipv4.ip_local_port_range.',
  },
  ReplicasUnschedulable: {
    meaning: 'No node takes some of the replicas.',
    whatToDo: 'Ask for less, add nodes, or change nodeSelector, tolerations or affinity.',
  },
  PodMonitorUnknown: {
    meaning: 'monitoring.podMonitor is true, and the cluster does not know that kind.',
    whatToDo: 'Install Prometheus Operator; the PodMonitor is then made by itself.',
  },
  RevisionUnknown: {
    meaning:
      'The pods were rendered by a later operator: their template is left as it is, and all else follows the spec.',
    whatToDo:
      'Bring the operator back to that version, or set the annotation l4balancer.dev/upgrade: "true".',
  },
  ...FINDING_WARNINGS,
} as const satisfies Readonly<Record<string, Omit<ReasonEntry, 'standing'>>>;

/** What keeps a resource from being Ready may be warned of as well. */
export type WarningReason = keyof typeof WARNING_REASONS | BlockingReason;

/** One thing to warn of. */
export interface Warning {
  readonly reason: WarningReason;
  readonly message: string;
}
