import net from 'node:net';
import type tls from 'node:tls';
import { lateTls } from '../../../program/late-modules.ts';
import type { EndpointCredentials, EndpointTlsPolicy } from '../../configuration/endpoint-tls.ts';
import { endpointProfile } from '../../tls/cipher-profiles.ts';

/** How a check speaks TLS with an endpoint whose backend does. */
export interface CheckTls {
  readonly policy: EndpointTlsPolicy;
  readonly credentials: EndpointCredentials;
}

/** As many as there may be backends. */
const MOST_CONTEXTS = 64;
const contexts = new Map<string, tls.SecureContext>();

/**
 * Whether the CA bundle and the client certificate have been read: without them nothing is sent to endpoints.
 */
export const isReady = ({ credentials }: CheckTls): boolean =>
  (credentials.caName === undefined || credentials.caBundle !== undefined) &&
  (credentials.certificateName === undefined || credentials.keyPair !== undefined);

/** Made once for all endpoints of a backend: a bundle may have hundreds of certificates. */
const contextOf = ({ policy, credentials: { caBundle, keyPair } }: CheckTls): tls.SecureContext => {
  const key = JSON.stringify([policy.minVersion, caBundle?.id, keyPair?.id]);
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const pair = keyPair?.reveal();
  const { ciphers, cipherSuites, groups } = endpointProfile(policy);
  const made = lateTls().createSecureContext({
    ca: [...(caBundle?.certificates ?? [])],
    allowPartialTrustChain: true,
    minVersion: policy.minVersion === 'TLS1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: `${cipherSuites}:${ciphers}`,
    ecdhCurve: groups,
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
  });
  if (contexts.size === MOST_CONTEXTS) contexts.delete(contexts.keys().next().value as string);
  contexts.set(key, made);
  return made;
};

/**
 * What Node needs to speak TLS like the acceptors. Without a server name it verifies the address, `host`; a
 * name that a check has of its own is sent only then, and not verified.
 */
export const connectionOptions = (
  check: CheckTls,
  host: string,
  ownName: string | undefined,
): tls.ConnectionOptions => {
  const { verify, serverName, alpn } = check.policy;
  return {
    host,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    secureContext: contextOf(check),
    rejectUnauthorized: verify,
    servername: serverName ?? (ownName === undefined || net.isIP(ownName) !== 0 ? '' : ownName),
    checkServerIdentity: (_, certificate) => lateTls().checkServerIdentity(serverName ?? host, certificate),
  };
};
