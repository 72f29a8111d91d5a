import type { FindingCode } from '../finding.ts';
import type { ReasonEntry } from './reasons.ts';

/**
 * Findings of proxies that keep a resource from being Ready, the worst first. Each is a reason of the
 * condition Ready, and of Warnings as well.
 */
export const BLOCKING_REASONS = {
  SpecRefused: {
    condition: 'Stalled',
    meaning: 'A proxy cannot serve any part of the spec and continues with the previous one.',
    whatToDo:
      'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true", or revert what they do not know.',
  },
  NotFollowing: {
    condition: 'Reconciling',
    meaning:
      'A proxy cannot watch its resource or its endpoints at the API server: it serves the last state it knew and receives no changes.',
    whatToDo:
      'Follow the message: the cause may be a rejected token, a missing permission, a network policy or a certificate.',
  },
  PortTaken: {
    condition: 'Reconciling',
    meaning: 'Another process uses the port of a listener.',
    whatToDo: 'Free the port or choose another one; the proxy retries automatically.',
  },
  ListenerNotOpened: {
    condition: 'Reconciling',
    meaning: 'A proxy cannot open a listener, for a reason other than a port in use.',
    whatToDo: 'Follow the message: the cause may be a missing permission or the file descriptor limit.',
  },
  NotUnderstood: {
    condition: 'Stalled',
    meaning: 'A proxy of an older version omits a listener, a backend or a part of one.',
    whatToDo:
      'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true", or revert what they do not know.',
  },
  ServiceNotFound: {
    condition: 'Reconciling',
    meaning: 'The Service of a backend does not exist.',
    whatToDo: 'Create it in the namespace of the resource, or correct the name.',
  },
  ExternalName: {
    condition: 'Reconciling',
    meaning: 'The Service of a backend is of type ExternalName, which has no endpoints.',
    whatToDo: 'List its addresses in the backend.',
  },
  ServicePortNotFound: {
    condition: 'Reconciling',
    meaning: 'The Service of a backend does not have the port.',
    whatToDo: 'Correct the port in the backend, or add it to the Service.',
  },
  NoEndpoints: {
    condition: 'Reconciling',
    meaning: 'The backend of a listener has no endpoint.',
    whatToDo:
      'Start pods that match the selector of the Service, or, if it is intended, set readiness.requireEndpoints to false.',
  },
  EndpointsNotReady: {
    condition: 'Reconciling',
    meaning: 'The Service of a backend has endpoints, but none of them is ready.',
    whatToDo: 'Find out why its pods are not ready: kubectl describe.',
  },
  OwnListener: {
    condition: 'Reconciling',
    meaning:
      'A backend points to a listener of the same balancer. Connections would loop, so that endpoint is omitted.',
    whatToDo: 'Use the Service of the actual servers instead.',
  },
  NoWeight: {
    condition: 'Reconciling',
    meaning: 'All endpoints of a backend are drained or have weight 0.',
    whatToDo: 'Undrain at least one endpoint, or set its weight to 1 or more.',
  },
  EndpointsUnhealthy: {
    condition: 'Reconciling',
    meaning: 'Health checks or connection attempts fail for too many endpoints of a backend.',
    whatToDo: 'See /status of a proxy for the causes. Correct the endpoints or the healthCheck.',
  },
} as const satisfies Readonly<Record<string, ReasonEntry>>;

/** Findings of proxies that only cause a warning, the worst first. */
export const FINDING_WARNINGS = {
  DescriptorsShort: {
    meaning: 'A proxy has run out of file descriptors, or nearly so.',
    whatToDo: 'Raise tuning.fileDescriptors and the limit of the container runtime, or add replicas.',
  },
  MemoryShort: {
    meaning: 'The kernel has no memory left for the sockets of a proxy.',
    whatToDo: 'Raise workload.resources.limits.memory, or add replicas.',
  },
  SourcePortsShort: {
    meaning: 'A proxy has run out of source ports for an endpoint, or nearly so.',
    whatToDo: 'Add endpoints or replicas, or widen net.ipv4.ip_local_port_range.',
  },
  ClientsRefused: {
    meaning: 'The kernel of a node does not hand clients to a proxy: accept fails.',
    whatToDo: 'See the log of the proxy, which has the errno.',
  },
  LimitReached: {
    meaning: 'A proxy is given more than it can hold and omits a part.',
    whatToDo: 'Distribute the configuration over several L4Balancers.',
  },
  ChecksNotMade: {
    meaning: 'A proxy cannot make the health checks of a backend, so they take no endpoint out of service.',
    whatToDo:
      'Follow the message: ICMP checks need the sysctl net.ipv4.ping_group_range, and every check a file descriptor.',
  },
  AddressInvalid: {
    meaning: 'An endpoint has no valid IP address and is omitted.',
    whatToDo: 'Correct the address.',
  },
  DrainedUnknown: {
    meaning: 'An entry of drained means no endpoint of its backend, perhaps since that has gone.',
    whatToDo: 'Correct it, or remove it: `kubectl l4b undrain`.',
  },
  EndpointRepeated: {
    meaning: 'An endpoint is listed twice, in different spellings; it is used once.',
    whatToDo: 'Remove one of them.',
  },
  BackupsServe: {
    meaning: 'Too few endpoints of a backend are healthy, so its backups take connections.',
    whatToDo: 'See /status of a proxy for the causes. Correct the endpoints or the healthCheck.',
  },
  CertificateExpired: {
    meaning: 'A certificate has expired. The listener goes on with it, but clients refuse it.',
    whatToDo: 'Renew it; with cert-manager, see why the Certificate is not Ready.',
  },
  SecretMissing: {
    meaning:
      'A Secret with a certificate does not exist or cannot be read. The certificate read last stays in use; if there is none, clients that need it are refused.',
    whatToDo: 'Create it in the namespace of the resource, or remove it from the listener.',
  },
  CertificateInvalid: {
    meaning:
      'A certificate and its key cannot be used. Those read last stay in use; if there are none, clients that need them are refused.',
    whatToDo: 'Follow the message: write the certificate, its chain and the key that belongs to it again.',
  },
  CertificateExpires: {
    meaning: 'A certificate expires soon: within 14 days, and within the last quarter of its time.',
    whatToDo: 'Renew it; with cert-manager, see why the Certificate has not been renewed.',
  },
  OcspResponseUnfit: {
    meaning:
      'The OCSP response for a certificate is stale or cannot be used. Clients get the one before as long as it is fresh; then the certificate without one.',
    whatToDo:
      'Follow the message; fetch a new response from the issuer of the certificate, and write it again.',
  },
  SourceListMissing: {
    meaning:
      'A ConfigMap with sources does not exist or cannot be read. Its last content stays in effect; if there is none, nobody may connect to the listener.',
    whatToDo: 'Create it in the namespace of the resource, or remove it from the listener.',
  },
  SourceListInvalid: {
    meaning:
      'A ConfigMap with sources has an invalid entry. Its last valid content stays in effect; if there is none, nobody may connect to the listener.',
    whatToDo: 'Correct the key and the line in the message.',
  },
  CaBundleMissing: {
    meaning:
      'A ConfigMap or a Secret with a CA bundle does not exist or cannot be read. The bundle read last stays in use; if there is none, no connections are made that need it.',
    whatToDo: 'Create it in the namespace of the resource, or name another one.',
  },
  CaBundleInvalid: {
    meaning:
      'A CA bundle has no certificates that can be used. The bundle read last stays in use; if there is none, no connections are made that need it.',
    whatToDo: 'Follow the message: write the certificates of the authorities in PEM again.',
  },
  CaBundleExpired: {
    meaning:
      'A certificate of a CA bundle has expired: certificates that it has issued are refused, of clients or of endpoints.',
    whatToDo: 'Write its renewed certificate into the bundle, or remove it.',
  },
  CaBundleExpires: {
    meaning:
      'A certificate of a CA bundle expires soon: within 14 days, and within the last quarter of its time.',
    whatToDo: 'Write its renewed certificate beside it into the bundle.',
  },
  RevocationListMissing: {
    meaning:
      'A ConfigMap or a Secret with lists of revoked certificates does not exist or cannot be read. Those read last stay in use; if there are none, all clients of the listener are refused.',
    whatToDo: 'Create it in the namespace of the resource, or remove it from tls.clientCertificates.',
  },
  RevocationListInvalid: {
    meaning:
      'Lists of revoked certificates cannot be used. Those read last stay in use; if there are none, all clients of the listener are refused.',
    whatToDo: 'Follow the message: write the newest list of each authority in PEM again.',
  },
  RevocationListExpired: {
    meaning: 'A list of revoked certificates has expired: the clients of its authority are refused.',
    whatToDo: 'Have the authority issue a new one, and write it before each one expires.',
  },
  RevocationListExpires: {
    meaning:
      'A list of revoked certificates expires soon: within 14 days, and within the last quarter of its time. Then the clients of its authority are refused.',
    whatToDo: 'Have the authority issue a new one, and write it; see why that has not happened yet.',
  },
  TicketKeysInvalid: {
    meaning:
      'A file with keys of session tickets does not exist or cannot be used. The keys read last stay in use; if there are none, each proxy resumes its own sessions alone.',
    whatToDo: 'Follow the message: write three keys of 80 bytes each, that in use first.',
  },
  EndpointsNotVerified: {
    meaning:
      'A backend speaks TLS with its endpoints without verifying their certificates: anybody on the way can read and change everything.',
    whatToDo: 'Set tls.mode of the backend to Verify, with the authority of its endpoints in tls.caRef.',
  },
  PeersUntrusted: {
    meaning:
      'A listener with proxyProtocol refuses every connection, because its peers are not in trustedSources.',
    whatToDo:
      'Add the addresses of the load balancers in front, as the pods see them, to trustedSources; if nodes stand in for them, set service.externalTrafficPolicy to Local.',
  },
  ProxyHeadersMissing: {
    meaning:
      'A listener with proxyProtocol refuses every connection, because no trusted peer begins with a PROXY header that it accepts.',
    whatToDo:
      'Switch the PROXY protocol on in the load balancer in front, in a version that proxyProtocol.accept allows, or remove proxyProtocol from the listener.',
  },
  HandshakeFlood: {
    meaning:
      'Clients begin TLS handshakes and do not go on. Those that have waited longest are reset, so that others are served.',
    whatToDo:
      'Set limits.unfinishedPerSource of the listener, and deny the sources that the access log shows.',
  },
  DrainDelayTooLong: {
    meaning:
      'The drain delay leaves no time for connections to end when the proxy stops; half of the grace period is used instead.',
    whatToDo: 'Shorten drain.delay, or raise workload.terminationGracePeriod.',
  },
  FieldsIgnored: {
    meaning: 'A proxy does not know some fields of the spec; they have no effect.',
    whatToDo: 'Upgrade the pods with the annotation l4balancer.dev/upgrade: "true".',
  },
  OutputFails: {
    meaning: 'A proxy cannot write its log.',
    whatToDo: 'Free space where its output is written.',
  },
  OtlpFails: {
    meaning: 'A proxy cannot send its access log or metrics to the collector of spec.otlp.',
    whatToDo:
      'Correct otlp.endpoint, or let the pods reach the collector; the message has the error. Traffic is not affected.',
  },
  OtherFinding: {
    meaning: 'A proxy of another version reports a finding that this operator does not know.',
    whatToDo: 'Follow the message.',
  },
  ProxiesUnreachable: {
    meaning: 'The operator cannot reach all proxies and does not know their findings.',
    whatToDo:
      'Allow the operator to reach the admin port of the pods: check for a NetworkPolicy that blocks it.',
  },
} as const satisfies Readonly<Record<string, Omit<ReasonEntry, 'condition'>>>;

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
  // The operator sees the resource, so the cause must be that the proxy does not follow it.
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
  DrainedUnknown: 'DrainedUnknown',
  EndpointRepeated: 'EndpointRepeated',
  NoWeight: 'NoWeight',
  EndpointsUnhealthy: 'EndpointsUnhealthy',
  BackupsServe: 'BackupsServe',
  ChecksNotMade: 'ChecksNotMade',
  AddressInvalid: 'AddressInvalid',
  PeersUntrusted: 'PeersUntrusted',
  ProxyHeadersMissing: 'ProxyHeadersMissing',
  HandshakeFlood: 'HandshakeFlood',
  DrainDelayTooLong: 'DrainDelayTooLong',
  LimitReached: 'LimitReached',
  SecretMissing: 'SecretMissing',
  CertificateInvalid: 'CertificateInvalid',
  CertificateExpired: 'CertificateExpired',
  CertificateExpires: 'CertificateExpires',
  CaBundleMissing: 'CaBundleMissing',
  CaBundleInvalid: 'CaBundleInvalid',
  CaBundleExpires: 'CaBundleExpires',
  CaBundleExpired: 'CaBundleExpired',
  RevocationListMissing: 'RevocationListMissing',
  RevocationListInvalid: 'RevocationListInvalid',
  RevocationListExpires: 'RevocationListExpires',
  RevocationListExpired: 'RevocationListExpired',
  TicketKeysInvalid: 'TicketKeysInvalid',
  EndpointsNotVerified: 'EndpointsNotVerified',
  OcspResponseUnfit: 'OcspResponseUnfit',
  SourceListMissing: 'SourceListMissing',
  SourceListInvalid: 'SourceListInvalid',
  DescriptorsShort: 'DescriptorsShort',
  MemoryShort: 'MemoryShort',
  SourcePortsShort: 'SourcePortsShort',
  ClientsRefused: 'ClientsRefused',
  OutputFails: 'OutputFails',
  OtlpFails: 'OtlpFails',
};

/** The reason for the code of a finding; a general one if the code is missing or unknown to this operator. */
export const reasonOfCode = (code: string | undefined): FindingReason =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code as FindingCode] : 'OtherFinding';
