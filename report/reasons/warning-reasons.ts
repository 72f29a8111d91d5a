import { type BlockingReason, FINDING_WARNINGS } from './finding-reasons.ts';
import type { ReasonEntry } from './reasons.ts';

/** The closed catalogue of reasons in the condition Warnings, which stop nothing. */
export const WARNING_REASONS = {
  NoWarnings: { meaning: 'There are no warnings.', whatToDo: 'Nothing.' },
  Contested: {
    meaning: 'Someone else, perhaps a second operator, changes objects of the resource repeatedly.',
    whatToDo: 'Stop the writer that the message names, or change the L4Balancer instead.',
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
      'The spec contains values that are refused since an upgrade of the definition; the resource continues to work unchanged.',
    whatToDo: 'Correct the field in the message; until then, changes to the fields around it are refused.',
  },
  ReplicasIgnored: {
    meaning: 'workload.replicas, perhaps set by kubectl scale, has no effect together with autoscaling.',
    whatToDo: 'Change workload.autoscaling instead, and omit replicas.',
  },
  SourcesHidden: {
    meaning:
      'The proxies may see addresses of nodes instead of those of clients, so sources and limits by source do not work as they should.',
    whatToDo: 'Set service.externalTrafficPolicy to Local, or use proxyProtocol.',
  },
  ConnectionIdsNotShared: {
    meaning:
      'There are several replicas, each of which knows only the connection IDs of QUIC that it has learned, so a client whose address changes may lose its connection.',
    whatToDo: 'Set stickiness.serverId of the listener if the servers have server IDs, or run one replica.',
  },
  SharesWithheld: {
    meaning:
      'A replica has not confirmed a lower share of a limit with scope Cluster for long, so what it may still use is kept from the others.',
    whatToDo:
      'Follow the message: bring the pod or its node back, or delete the pod; by force only if its node is off for good.',
  },
  SharedLimitTooSmall: {
    meaning:
      'A limit with scope Cluster is less than one connection for each replica, so some replicas admit nobody.',
    whatToDo: 'Raise the field in the message, or run fewer replicas.',
  },
  AcceptorsAboveRequest: {
    meaning: 'There are more acceptors than reserved cores: on a busy node, they wait for each other.',
    whatToDo: 'Raise workload.resources.requests.cpu, or lower tuning.acceptors.',
  },
  TooFewCores: {
    meaning: 'The replicas have too few cores for the connections of spec.capacity.',
    whatToDo: 'Raise workload.replicas (with autoscaling, its maxReplicas) or the CPU limit, or omit them.',
  },
  TooLittleMemory: {
    meaning: 'The memory limit is too low for the connections of spec.capacity.',
    whatToDo: 'Raise workload.resources.limits.memory or the number of replicas, or omit them.',
  },
  TooFewDescriptors: {
    meaning: 'The file descriptor limit is too low for the planned connections.',
    whatToDo: 'Raise tuning.fileDescriptors or the number of replicas.',
  },
  TooFewSourcePorts: {
    meaning:
      'A backend has too few endpoints for its connections, each of which uses a source port; or a replica has too few source ports for its UDP sessions.',
    whatToDo:
      'Add replicas, widen net.ipv4.ip_local_port_range, or add endpoints, which does not help UDP sessions.',
  },
  ReplicasUnschedulable: {
    meaning: 'Some of the replicas cannot be scheduled.',
    whatToDo: 'Request less, add nodes, or change nodeSelector, tolerations or affinity.',
  },
  LoadBalancerPortsRefused: {
    meaning: 'The load balancer of the cluster does not serve all ports of the Service.',
    whatToDo: 'If it refuses TCP and UDP in one Service, set service.protocols to Separate.',
  },
  PodMonitorUnknown: {
    meaning: 'monitoring.podMonitor is true, but the cluster does not have the kind PodMonitor.',
    whatToDo: 'Install Prometheus Operator; the PodMonitor is then created automatically.',
  },
  RevisionUnknown: {
    meaning:
      'The pods were rendered by a later operator: their template is left unchanged, and everything else follows the spec.',
    whatToDo: 'Return to that version of the operator, or set the annotation l4balancer.dev/upgrade: "true".',
  },
  ...FINDING_WARNINGS,
} as const satisfies Readonly<Record<string, Omit<ReasonEntry, 'condition'>>>;

/** Findings that keep a resource from being Ready can be warnings as well. */
export type WarningReason = keyof typeof WARNING_REASONS | BlockingReason;

/** An entry of the condition Warnings. */
export interface Warning {
  readonly reason: WarningReason;
  readonly message: string;
}
