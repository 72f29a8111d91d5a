import { z } from 'zod';
import { text, word } from './fields.ts';

/**
 * What a running proxy can find, one code for each kind, and what it means. The operator turns each into a
 * reason of the resource's status, and takes one that it does not know for a general one. Codes are only ever
 * added.
 */
export const FINDINGS = {
  SpecRefused: 'The resource or the manifest cannot be used; what was read last is served.',
  NotUnderstood:
    'A listener, a backend or a part of one that this version does not understand is left out; the rest is served.',
  FieldsIgnored: 'Fields that this version does not know have no effect.',
  ResourceMissing: 'The resource does not exist any more; what was read last is served.',
  ManifestUnreadable: 'The manifest file cannot be read; what was read last is served.',
  PortTaken: 'Another process or connection holds the port of a listener.',
  ListenerNotOpened: 'A listener cannot be opened for another reason.',
  ServiceNotFound: 'The Service of a backend does not exist.',
  ExternalName: 'The Service of a backend is of type ExternalName, which has no endpoints.',
  PortNotFound: 'The Service of a backend does not have the port.',
  NoEndpoints: 'The Service of a backend has no endpoint at all.',
  NoneReady: 'The Service of a backend has endpoints, and none is ready.',
  NoWeight: 'Every endpoint of a backend has the weight 0.',
  EndpointsUnhealthy: 'Too few endpoints of a backend are healthy, so all are used, healthy or not.',
  BackupsServe: 'Too few endpoints of a backend are healthy, so its backups take connections.',
  AddressInvalid: 'An endpoint without an IP address is left out.',
  EndpointRepeated: 'An endpoint is given twice, in two spellings of its address; it is used once.',
  OwnListener:
    'An endpoint is a listener of the proxy itself: it is left out, since connections would go in circles.',
  DrainDelayTooLong:
    'The drain delay would leave connections no time to end; half of the grace period is used instead.',
  LimitReached: 'There is more than the proxy can hold; the rest is left out.',
  DescriptorsShort: 'File descriptors run out, or nearly.',
  MemoryShort: 'The kernel has no memory for sockets.',
  SourcePortsShort: 'Source ports to an endpoint run out, or nearly.',
  ClientsRefused: 'The kernel gives no clients, for none of the reasons above.',
  OutputFails: 'A log cannot be written.',
} as const;

export type FindingCode = keyof typeof FINDINGS;

export const finding = z.object({
  code: word(FINDINGS, 64).describe('The kind of finding.'),
  path: text(256).describe('Path in the resource, such as `spec.listeners[1].port`; empty for all of it.'),
  message: text(2048).describe('What was found, and what to do.'),
  line: z.int().min(1).exactOptional().describe('Line of the manifest file, from 1, where it is known.'),
  listener: text(63)
    .exactOptional()
    .describe(
      'Name of the listener that it is about. The index in `path` may be another one in another generation of the spec.',
    ),
  backend: text(63).exactOptional().describe('Name of the backend that it is about.'),
});

/** One thing that a running proxy finds wrong. */
export type ProxyFinding = Readonly<z.input<typeof finding>>;
