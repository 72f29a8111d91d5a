import * as z from 'zod';
import { oneOf, text } from './fields.ts';

/**
 * The kinds of problems that a running proxy can report, by code, with their meaning. The operator maps each
 * to a reason in the resource's status, and an unknown one to a general reason. Codes are only ever added.
 */
export const FINDINGS = {
  SpecRefused: 'The resource or the manifest is invalid; the last valid one is served.',
  NotUnderstood:
    'A listener, a backend or another part that this version does not support is not served; the rest is.',
  FieldsIgnored:
    'Fields that are unknown to this version, or mean nothing without a cluster, have no effect.',
  ResourceMissing: 'The resource does not exist any more; its last state is served.',
  ManifestUnreadable: 'The manifest file cannot be read; its last content is served.',
  PortTaken: 'The port of a listener is in use by another process or connection.',
  ListenerNotOpened: 'A listener cannot be opened for another reason.',
  ServiceNotFound: 'The Service of a backend does not exist.',
  ExternalName: 'The Service of a backend is of type ExternalName, which has no endpoints.',
  PortNotFound: 'The Service of a backend does not have the port.',
  NoEndpoints: 'The Service of a backend has no endpoints.',
  NoneReady: 'The Service of a backend has endpoints, but none of them is ready.',
  NoWeight: 'Every endpoint of a backend is drained or has weight 0.',
  EndpointsUnhealthy: 'Too few endpoints of a backend are healthy, so all are used, healthy or not.',
  ChecksNotMade: 'Health checks of a backend cannot be made, so they take no endpoint out of service.',
  BackupsServe: 'Too few endpoints of a backend are healthy, so its backups are in use.',
  AddressInvalid: 'An endpoint whose address is not an IP address is not used.',
  DrainedUnknown: 'An entry of drained means no endpoint of its backend.',
  EndpointRepeated: 'An endpoint is listed twice, in two notations of its address; it is used once.',
  OwnListener: 'An endpoint is a listener of the proxy itself; it is not used, since connections would loop.',
  SourceListMissing: 'A list of sources does not exist or cannot be read; its last content is served.',
  SourceListInvalid: 'A list of sources has an invalid entry; its last valid content is served.',
  SecretMissing:
    'A Secret with a certificate does not exist or cannot be read; the certificate read last stays in use.',
  CertificateInvalid: 'A certificate or its key cannot be used; the one read last stays in use.',
  CertificateExpired: 'A certificate has expired; it stays in use, and clients refuse it.',
  CertificateExpires: 'A certificate expires soon: within 14 days, and within the last quarter of its time.',
  CaBundleMissing: 'A CA bundle does not exist or cannot be read; the one read last stays in use.',
  CaBundleInvalid: 'A CA bundle has no certificates that can be used; the one read last stays in use.',
  CaBundleExpires:
    'A certificate of a CA bundle expires soon: within 14 days, and within the last quarter of its time.',
  CaBundleExpired: 'A certificate of a CA bundle has expired, so that those that it has issued are refused.',
  RevocationListMissing:
    'A list of revoked certificates of clients does not exist or cannot be read; the one read last stays in use.',
  RevocationListInvalid:
    'A list of revoked certificates of clients cannot be used; the one read last stays in use.',
  RevocationListExpires: 'A list of revoked certificates expires soon.',
  RevocationListExpired:
    'A list of revoked certificates has expired, so that the clients of its authority are refused.',
  TicketKeysInvalid:
    'A file with keys of session tickets does not exist or cannot be used; the keys read last stay in use.',
  EndpointsNotVerified:
    'A backend speaks TLS with its endpoints without verifying their certificates (tls.mode Insecure).',
  OcspResponseUnfit:
    'The OCSP response for a certificate is stale, or cannot be used; clients get the one before as long as it is fresh, then none.',
  PeersUntrusted:
    'A listener refuses every connection, because no peer is trusted to send the PROXY header that it requires.',
  ProxyHeadersMissing:
    'A listener refuses every connection, because no trusted peer begins with the PROXY header that it accepts.',
  HandshakeFlood:
    'More TLS handshakes are under way than fit; those that have waited for their clients longest are reset.',
  DrainDelayTooLong:
    'The drain delay would leave no time for connections to end; half of the grace period is used instead.',
  LimitReached: 'A limit of the proxy is exceeded; the rest is not served.',
  DescriptorsShort: 'File descriptors are exhausted, or nearly so.',
  MemoryShort: 'The kernel has no memory for sockets.',
  SourcePortsShort: 'Source ports for an endpoint are exhausted, or nearly so.',
  ClientsRefused: 'Accepting connections fails for a reason other than the above.',
  OutputFails: 'A log cannot be written.',
  OtlpFails: 'Logs or metrics cannot be sent to the collector.',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export const finding = z.object({
  code: oneOf(FINDINGS, 64).describe('Kind of the finding.'),
  path: text(256).describe(
    'Path in the resource, such as `spec.listeners[1].port`; empty for the resource as a whole.',
  ),
  message: text(2048).describe('What was found, and what to do.'),
  line: z.int().min(1).exactOptional().describe('Line in the manifest file, from 1, if known.'),
  listener: text(63)
    .exactOptional()
    .describe(
      'Name of the listener concerned. Its index in `path` may be different in another generation of the spec.',
    ),
  backend: text(63).exactOptional().describe('Name of the backend concerned.'),
});

/** A problem that a running proxy reports. */
export type ProxyFinding = Readonly<z.input<typeof finding>>;
