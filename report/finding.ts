import type { Finding } from '../crds/finding.ts';

/**
 * What a running proxy can find, one word for each kind. They are part of the contract: the operator turns each into a reason of the
 * status, and takes one that it does not know for a general one. Words are only ever added.
 */
export const FINDING_CODES = [
  /** The resource or the manifest cannot be read; what was read last is served. */
  'SpecRefused',
  /** A listener, a backend or a part of one that this version does not understand is left out; the rest is served. */
  'NotUnderstood',
  /** Fields that this version does not know have no effect. */
  'FieldsIgnored',
  'ResourceMissing',
  'ManifestUnreadable',
  /** Somebody else has the port of a listener. */
  'PortTaken',
  /** A listener cannot be opened for another reason. */
  'ListenerNotOpened',
  'ServiceNotFound',
  'ExternalName',
  'PortNotFound',
  /** The Service has no endpoint at all. */
  'NoEndpoints',
  /** The Service has endpoints, and none is ready. */
  'NoneReady',
  /** Every endpoint has the weight 0. */
  'NoWeight',
  /** Too few are healthy, so health is not looked at. */
  'EndpointsUnhealthy',
  'BackupsServe',
  /** An endpoint without an IP address is left out. */
  'AddressInvalid',
  /** An endpoint is given twice, in two spellings of its address; it is used once. */
  'EndpointRepeated',
  /** An endpoint is a listener of the proxy itself: left out, since connections would go in circles. */
  'OwnListener',
  /** The drain delay would leave connections no time to end; half of the grace period is taken instead. */
  'DrainDelayTooLong',
  /** More than the proxy can hold; the rest is left out. */
  'LimitReached',
  'DescriptorsShort',
  'MemoryShort',
  'SourcePortsShort',
  /** The kernel gives no clients, for a reason that is none of the above. */
  'ClientsRefused',
  /** A log cannot be written. */
  'OutputFails',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that a running proxy finds wrong, as /status tells it. */
export interface ProxyFinding extends Finding {
  readonly code: FindingCode;
  /** Names of what it is about; a path has a place in the list, which another generation of the spec may have changed. */
  readonly listener?: string;
  readonly backend?: string;
}
