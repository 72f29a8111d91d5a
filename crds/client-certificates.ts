import * as z from 'zod';
import { caFile, caRef } from './ca-ref.ts';
import { plainList, valueSet } from './collections.ts';

const crlRef = caRef.extend({
  key: caRef.shape.key
    .unwrap()
    .default('ca.crl')
    .describe('Key whose value has the lists of revoked certificates, in PEM.'),
});

/** A host, an address of e-mail or a URI; see proxy/certificates/allowed-names.ts. */
const sanPattern = z
  .string()
  .max(253)
  .regex(
    /^([a-z][-+.a-z0-9]*:\/\/[!-~]+|((\*|[!-?A-~]+)@|(\*\.)?)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$/,
    'is not a name in certificates: write a host such as web.example.com or *.example.com, an address such as ops@example.com or *@example.com, or a URI such as spiffe://example.com/web or spiffe://example.com/ns/*',
  );

/** How a listener that ends TLS asks its clients for certificates. */
export const clientCertificates = z.object({
  mode: z
    .enum(['Require', 'Request'])
    .default('Require')
    .describe(
      'Require: a client without a certificate is refused. Request: it is served, but one that shows a certificate must show a good one.',
    ),
  caRefs: plainList(caRef, 8)
    .min(1)
    .optional()
    .describe(
      'Authorities of clients: bundles in PEM, with authorities in between if clients do not send them. They may be created later, and changes take effect at once, for new connections and resumed sessions; what cannot be used leaves the last good one in use. Only in a cluster.',
    ),
  caFiles: plainList(caFile, 8)
    .min(1)
    .optional()
    .describe('Like caRefs, but without a cluster: files, which are followed in the same way.'),
  crlRefs: plainList(crlRef, 8)
    .min(1)
    .optional()
    .describe(
      'Lists of revoked certificates (CRL), followed like caRefs. If there are any, the authority of each client must have one that has not expired; if all authorities in the bundles have one, those in between are looked up, too. Only in a cluster.',
    ),
  crlFiles: plainList(
    caFile.describe('Path of a file with lists of revoked certificates in PEM; relative to the manifest.'),
    8,
  )
    .min(1)
    .optional()
    .describe('Like crlRefs, but without a cluster: files, which are followed in the same way.'),
  depth: z
    .int()
    .min(0)
    .max(16)
    .default(3)
    .describe('Most authorities between the certificate of a client and a trusted one.'),
  allowedSans: valueSet(sanPattern, 64)
    .min(1)
    .optional()
    .describe(
      'Names (subjectAltName) of which a client must have one: a host, *. for one label more; an address of e-mail, *@ for all of a host; a URI, which may end in /* for all below. Checked with each connection, also of a resumed session. Omit to allow all clients of the authorities. Only with mode Require.',
    ),
});

export type ClientCertificates = z.output<typeof clientCertificates>;
