import type { FindingCode } from '../../report/finding.ts';
import type { ReasonEntry } from './reasons.ts';

/** What proxies find that keeps a resource from being Ready; the worst first. Each is a reason of Ready, and of the Warnings as well. */
export const BLOCKING_REASONS = {
  SpecRefused: {
    standing: 'Stuck',
    meaning: 'A proxy understands nothing of the spec that it could serve, and goes on with the one before.',
    whatToDo:
      'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true", or take back what they do not know.',
  },
  NotFollowing: {
    standing: 'Working',
    meaning:
      'A proxy cannot follow its resource or its endpoints at the API server: it serves what it knew last, and no change reaches it.',
    whatToDo:
      'Follow its message: a token that is not taken, a right that is missing, a network policy, a certificate.',
  },
  PortTaken: {
    standing: 'Working',
    meaning: 'Somebody else has the port of a listener.',
    whatToDo: 'Free the port, or choose another one; it is tried again by itself.',
  },
  ListenerNotOpened: {
    standing: 'Working',
    meaning: 'A proxy does not serve a listener, for another reason than a port that is taken.',
    whatToDo: 'Follow its message: a right, a limit of file descriptors.',
  },
  NotUnderstood: {
    standing: 'Stuck',
    meaning: 'A proxy of an older version leaves out a listener, a backend or a part of one.',
    whatToDo:
      'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true", or take back what they do not know.',
  },
  ServiceNotFound: {
    standing: 'Working',
    meaning: 'The Service of a backend does not exist.',
    whatToDo: 'Create it in the namespace of the resource, or correct the name.',
  },
  ExternalName: {
    standing: 'Working',
    meaning: 'The Service of a backend is of type ExternalName, which has no endpoints.',
    whatToDo: 'List its addresses in the backend.',
  },
  ServicePortNotFound: {
    standing: 'Working',
    meaning: 'The Service of a backend does not have the port.',
    whatToDo: 'Correct the port in the backend, or add it to the Service.',
  },
  NoEndpoints: {
    standing: 'Working',
    meaning: 'The backend of a listener has no endpoint.',
    whatToDo:
      'Start pods that match the selector of the Service; or set readiness.requireEndpoints to false, where that is meant to be.',
  },
  EndpointsNotReady: {
    standing: 'Working',
    meaning: 'The Service of a backend has endpoints, and none of them is ready.',
    whatToDo: 'See why its pods are not ready.',
  },
  OwnListener: {
    standing: 'Working',
    meaning:
      'A backend leads to a listener of the same balancer: connections would go in circles, so that endpoint is left out.',
    whatToDo: 'Name the Service of the servers instead.',
  },
  NoWeight: {
    standing: 'Working',
    meaning: 'Every endpoint of a backend has the weight 0.',
    whatToDo: 'Give one of them a weight.',
  },
  EndpointsUnhealthy: {
    standing: 'Working',
    meaning: 'Health checks fail, or attempts to connect, for too many endpoints of a backend.',
    whatToDo: 'See /status of a proxy for why; correct the endpoints, or the healthCheck.',
  },
} as const satisfies Readonly<Record<string, ReasonEntry>>;

/** What proxies find that only the Warnings tell; the worst first. */
export const FINDING_WARNINGS = {
  DescriptorsShort: {
    meaning: 'A proxy runs out of file descriptors, or nearly.',
    whatToDo: 'Raise tuning.fileDescriptors and the limit of the container runtime, or add replicas.',
  },
  MemoryShort: {
    meaning: 'The kernel has no memory for the sockets of a proxy.',
    whatToDo: 'Raise workload.resources.limits.memory, or add replicas.',
  },
  SourcePortsShort: {
    meaning: 'A proxy runs out of source ports to an endpoint, or nearly.',
    whatToDo: 'Add endpoints or replicas, or widen net.ipv4.ip_local_port_range.',
  },
  ClientsRefused: {
    meaning: 'The kernel of a node gives a proxy no clients.',
    whatToDo: 'The log of the proxy names the errno.',
  },
  LimitReached: {
    meaning: 'A proxy cannot hold all that it is given, and leaves some of it out.',
    whatToDo: 'Spread it over several L4Balancers.',
  },
  AddressInvalid: {
    meaning: 'An endpoint without an IP address is left out.',
    whatToDo: 'Correct the address.',
  },
  EndpointRepeated: {
    meaning: 'An endpoint is in a list twice, in two spellings; it is used once.',
    whatToDo: 'Leave one out.',
  },
  BackupsServe: {
    meaning: 'Too few endpoints of a backend are healthy, so that its backups take connections.',
    whatToDo: 'See /status of a proxy for why; correct the endpoints, or the healthCheck.',
  },
  DrainDelayTooLong: {
    meaning:
      'The drain delay leaves connections no time to end on a stop; half of the grace period is taken instead.',
    whatToDo: 'Shorten drain.delay, or raise workload.terminationGracePeriod.',
  },
  FieldsIgnored: {
    meaning: 'A proxy does not know some fields of the spec, which have no effect.',
    whatToDo: 'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true".',
  },
  OutputFails: {
    meaning: 'A proxy cannot write its log.',
    whatToDo: 'Make room where its output goes.',
  },
  OtherFinding: {
    meaning: 'A proxy of another version finds something that this operator has no word for.',
    whatToDo: 'Follow its message.',
  },
  ProxiesUnreachable: {
    meaning: 'The operator cannot ask all the proxies, so that it does not know what they find.',
    whatToDo: 'Let the operator reach the admin port of the pods: look for a NetworkPolicy in between.',
  },
} as const satisfies Readonly<Record<string, Omit<ReasonEntry, 'standing'>>>;

export type BlockingReason = keyof typeof BLOCKING_REASONS;
export type FindingReason = BlockingReason | keyof typeof FINDING_WARNINGS;

const BY_SEVERITY = [...Object.keys(BLOCKING_REASONS), ...Object.keys(FINDING_WARNINGS)];

/** 0 is the worst. */
export const severity = (reason: FindingReason): number => BY_SEVERITY.indexOf(reason);

export const isBlocking = (reason: string): reason is BlockingReason =>
  Object.hasOwn(BLOCKING_REASONS, reason);

const BY_CODE: Readonly<Record<FindingCode, FindingReason>> = {
  SpecRefused: 'SpecRefused',
  NotUnderstood: 'NotUnderstood',
  FieldsIgnored: 'FieldsIgnored',
  // The operator sees the resource, so it is the proxy that does not.
  ResourceMissing: 'NotFollowing',
  ManifestUnreadable: 'NotFollowing',
  PortTaken: 'PortTaken',
  ListenerNotOpened: 'ListenerNotOpened',
  ServiceNotFound: 'ServiceNotFound',
  ExternalName: 'ExternalName',
  PortNotFound: 'ServicePortNotFound',
  NoEndpoints: 'NoEndpoints',
  NoneReady: 'EndpointsNotReady',
  OwnListener: 'OwnListener',
  EndpointRepeated: 'EndpointRepeated',
  NoWeight: 'NoWeight',
  EndpointsUnhealthy: 'EndpointsUnhealthy',
  BackupsServe: 'BackupsServe',
  AddressInvalid: 'AddressInvalid',
  DrainDelayTooLong: 'DrainDelayTooLong',
  LimitReached: 'LimitReached',
  DescriptorsShort: 'DescriptorsShort',
  MemoryShort: 'MemoryShort',
  SourcePortsShort: 'SourcePortsShort',
  ClientsRefused: 'ClientsRefused',
  OutputFails: 'OutputFails',
};

/** The reason for a finding's code; a general one for a proxy that knows codes which this operator does not, or none. */
export const reasonOfCode = (code: string | undefined): FindingReason =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code as FindingCode] : 'OtherFinding';
