import * as z from 'zod';
import { clientCertificates } from './client-certificates.ts';
import { keyedList, plainList, valueSet } from './collections.ts';
import { name, objectName } from './scalars.ts';

const hostname = z
  .string()
  .max(253)
  .regex(
    /^(\*|(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$/,
    'is not a host name: write it in lower case, such as db.example.com, *.example.com or "*"',
  );

export const applicationProtocol = z
  .string()
  .max(255)
  .regex(
    /^[!-~]+$/,
    'is not the name of a protocol, such as h2, http/1.1 or postgresql: use printable ASCII without spaces',
  );

const route = z.object({
  hostnames: valueSet(hostname, 8)
    .min(1)
    .default(['*'])
    .describe(
      'Server names (SNI) that the route is for: db.example.com; *.example.com for names with one more label; "*" for any name, and for clients that send none.',
    ),
  alpn: valueSet(applicationProtocol, 4)
    .min(1)
    .optional()
    .describe(
      'Protocols (ALPN) of which a client must offer one, such as h2 or postgresql. Omit for clients that offer any or none.',
    ),
  backend: name.describe('Name of the entry of spec.backends that its connections go to.'),
});

export const certificateFile = z.object({
  certificate: z
    .string()
    .min(1)
    .max(255)
    .describe('Path of the certificate with its chain in PEM, the own one first; relative to the manifest.'),
  key: z.string().min(1).max(255).describe('Path of its private key in PEM, not encrypted.'),
  ocsp: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe(
      'Path of an OCSP response about it in DER, such as openssl ocsp -respout writes. Clients that ask get it with the certificate, while it is fresh. The chain must have the issuer’s certificate.',
    ),
});

export const certificateRef = z.object({
  name: objectName.describe('Name of a Secret of type kubernetes.io/tls in the namespace of the resource.'),
  namespace: z
    .string()
    .max(63)
    .optional()
    .describe('Refused: a Secret of another namespace cannot be used. Omit it.'),
});

/** What a listener does with TLS. */
export const listenerTls = z.object({
  mode: z
    .enum(['Passthrough', 'Terminate'])
    .describe(
      'Passthrough: the client’s first message names the server, and that decides where the connection goes. Nothing is decrypted, and the bytes are passed on untouched. Terminate: TLS ends here, with the listener’s certificates, and endpoints get the bytes in the clear.',
    ),
  startTls: z
    .enum(['PostgreSQL', 'MySQL', 'SMTP', 'IMAP', 'LDAP', 'XMPP'])
    .optional()
    .describe(
      'Protocol whose clients begin in the clear and then ask for TLS. The proxy answers them in the server’s place until they do, and then asks the endpoint for TLS. Clients that go on without TLS are refused. Omit if they begin with TLS. Only with mode Passthrough.',
    ),
  routes: plainList(route, 32)
    .min(1)
    .optional()
    .describe(
      'Where connections go. The host name decides before the protocol: first the routes with the very name, then those with a wildcard, then those for any name, then the listener’s backend. Among routes of the same host name, the first protocol counts that the client offers and a route has, then the route without alpn. If nothing is found, the client is refused with the alert unrecognized_name. With mode Terminate, a client offers the protocol alone that was agreed upon.',
    ),
  certificateRefs: keyedList(certificateRef, ['name'], 16)
    .min(1)
    .optional()
    .describe(
      'Certificates for mode Terminate. A client gets one for the host name that it asks for, or else the first one; of several for one name, the kinds of keys that it knows decide. A Secret may be created later, and changes take effect at once, for new connections; what cannot be used leaves the last good one in use. Only in a cluster.',
    ),
  certificateFiles: keyedList(certificateFile, ['certificate'], 16)
    .min(1)
    .optional()
    .describe('Like certificateRefs, but without a cluster: files, which are followed in the same way.'),
  minVersion: z
    .enum(['TLS1.2', 'TLS1.3'])
    .optional()
    .describe('Oldest version that clients may use. Defaults to TLS1.2. Only with mode Terminate.'),
  cipherProfile: z
    .enum(['Modern', 'Intermediate'])
    .optional()
    .describe(
      'Intermediate, the default: TLS 1.3, and the suites of TLS 1.2 with forward secrecy and authenticated encryption. Modern: TLS 1.3 alone. Only with mode Terminate.',
    ),
  alpn: plainList(applicationProtocol, 8)
    .min(1)
    .optional()
    .describe(
      'Protocols that are agreed upon with clients (ALPN), the best first, such as h2 and http/1.1; a client that offers none of them is refused. Omit to leave ALPN out. Only with mode Terminate.',
    ),
  strictSni: z
    .boolean()
    .optional()
    .describe(
      'Refuses clients that name no host, or one that no certificate is for, instead of giving them the first certificate. Defaults to false. Only with mode Terminate.',
    ),
  ticketKeysFile: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe(
      'Path of a file with the three keys of session tickets, 80 bytes each: that in use, the previous one, and the next one; relative to the manifest, and followed. Proxies with the same keys resume each other’s sessions. All listeners that name one name the same, and those that name none use it as well. Omit for keys that the proxy makes by itself. Only with mode Terminate, and without a cluster, where the operator makes such keys.',
    ),
  clientCertificates: clientCertificates
    .optional()
    .describe(
      'Asks clients for certificates, and verifies them. What they say is in the access log. Omit to ask for none. Only with mode Terminate.',
    ),
});

export type ListenerTls = z.output<typeof listenerTls>;
export type TlsRoute = z.output<typeof route>;
export type CertificateRef = z.output<typeof certificateRef>;

/** Whether TLS of clients ends at any of the listeners. */
export const endsTls = (listeners: readonly { readonly tls?: ListenerTls | undefined }[]): boolean =>
  listeners.some(({ tls }) => tls?.mode === 'Terminate');
