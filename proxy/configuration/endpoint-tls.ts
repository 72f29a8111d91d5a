import type { CaBundle } from '../certificates/ca-bundle.ts';
import type { KeyPair } from '../certificates/key-pair.ts';
import type { CertificateFile } from './configuration.ts';

/** How TLS is spoken with the endpoints of a backend. */
export interface EndpointTlsPolicy {
  /** Whether their certificates are verified. */
  readonly verify: boolean;
  /**
   * The host name that they are asked for, and that their certificates must have; omitted for none. Then a
   * certificate must have the address of its endpoint.
   */
  readonly serverName?: string;
  readonly minVersion: 'TLS1.2' | 'TLS1.3';
  /** Protocols to offer where none was agreed upon with the client; empty to leave ALPN out. */
  readonly alpn: readonly string[];
}

/** What TLS with the endpoints of a backend needs, by name, and as it was read elsewhere. */
export interface EndpointCredentials {
  /** Name of the CA bundle (ca-source.ts); omitted if endpoints are not verified. */
  readonly caName?: string;
  /** Name of the Secret, or path of the file, of this proxy's own certificate; omitted if it has none. */
  readonly certificateName?: string;
  /** The certificate, if it is a file, and its key. */
  readonly certificateFile?: CertificateFile;
  /** What was read, which the sources add; omitted as long as it never could be. */
  readonly caBundle?: CaBundle;
  readonly keyPair?: KeyPair;
}
