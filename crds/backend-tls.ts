import * as z from 'zod';
import { caFile, caRef } from './ca-ref.ts';
import { plainList } from './collections.ts';
import { serverName } from './scalars.ts';
import { applicationProtocol, certificateFile, certificateRef } from './tls.ts';

/** How TLS is spoken with the endpoints of a backend. */
export const backendTls = z.object({
  mode: z
    .enum(['Verify', 'Insecure'])
    .default('Verify')
    .describe(
      'Verify: an endpoint gets nothing unless its certificate is valid, from an authority that is trusted, and for serverName. Insecure: certificates are not looked at, so that anybody between the proxy and an endpoint can read and change everything; the status says so.',
    ),
  caRef: caRef
    .optional()
    .describe(
      'Authorities that are trusted. It may be created later, and changes take effect at once, for new connections; what cannot be used leaves the last good one in use. Omit to trust those of the proxy’s image. Only in a cluster.',
    ),
  caFile: caFile
    .optional()
    .describe(
      'Like caRef, but without a cluster: path of a file in PEM, relative to the manifest, which is followed.',
    ),
  serverName: serverName
    .optional()
    .describe(
      'Name that endpoints are asked for (SNI), and that their certificates must have. Defaults to SERVICE.NAMESPACE.svc with a Service; else none is sent, and the certificate of an endpoint must have its address.',
    ),
  clientCertificateRef: certificateRef
    .optional()
    .describe(
      'Secret of type kubernetes.io/tls with the certificate that endpoints are shown if they ask for one. Only in a cluster.',
    ),
  clientCertificateFile: certificateFile
    .optional()
    .describe('Like clientCertificateRef, but without a cluster: files, which are followed.'),
  minVersion: z
    .enum(['TLS1.2', 'TLS1.3'])
    .default('TLS1.2')
    .describe('Oldest version that endpoints may use.'),
  alpn: plainList(applicationProtocol, 8)
    .min(1)
    .optional()
    .describe(
      'Protocols that endpoints are offered (ALPN), the best first, where the listener has agreed upon none with the client; else it is that one. Omit to offer none.',
    ),
});

export type BackendTls = z.output<typeof backendTls>;
