import { type Loose, manifestWith, manifestWithBackend } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const BACKEND = { name: 'web', service: { name: 'web', port: 80 }, tls: { serverName: 'web.internal' } };

const withListener = (listener: Loose): Loose =>
  manifestWith({ listeners: [{ name: 'l', port: 8080, ...listener }], backends: [BACKEND] });

const PASSED_ON =
  /a backend with tls has a listener of protocol UDP, or with tls.mode Passthrough, whose bytes are passed on as they are/;

export const BAD_BACKEND_TLS: readonly BadManifest[] = [
  bad(
    'a CA bundle for endpoints that are not verified',
    'backend-tls-insecure-bundle',
    manifestWithBackend({ tls: { mode: 'Insecure', caRef: { name: 'pg-ca' } } }),
    'spec.backends[0].tls.mode',
    /mode Insecure verifies nothing: remove caRef and caFile, or use mode Verify/,
    /Insecure verifies nothing: remove caRef and caFile, or use mode Verify/,
  ),
  bad(
    'a client certificate of another namespace',
    'backend-tls-secret-namespace',
    manifestWithBackend({ tls: { clientCertificateRef: { name: 'proxy-tls', namespace: 'other' } } }),
    'spec.backends[0].tls.clientCertificateRef.namespace',
    /a Secret of another namespace cannot be used: copy it to the namespace of the resource/,
    /is refused: a Secret of another namespace cannot be used\. Copy it/,
  ),
  bad(
    'a CA bundle in a file in a cluster',
    'backend-tls-ca-file-standalone',
    manifestWithBackend({ tls: { caFile: 'ca.pem' } }),
    'spec.backends[0].tls.caFile',
    /caFile works only without a cluster, because a pod has no such file: use caRef/,
    /works only without a cluster, because a pod has no such file: use caRef/,
  ),
  bad(
    'a client certificate in files in a cluster',
    'backend-tls-certificate-file-standalone',
    manifestWithBackend({ tls: { clientCertificateFile: { certificate: 'a.pem', key: 'a.key' } } }),
    'spec.backends[0].tls.clientCertificateFile',
    /clientCertificateFile works only without a cluster, because a pod has no such file: use clientCertificateRef/,
    /works only without a cluster, because a pod has no such file: use clientCertificateRef/,
  ),
  bad(
    'TLS with the endpoints of a listener of UDP',
    'backend-tls-passthrough',
    withListener({ protocol: 'UDP', backend: 'web' }),
    'spec.backends[0].tls',
    PASSED_ON,
    /has no use for listener "l", whose bytes are passed on as they are: remove it, or use tls\.mode Terminate/,
  ),
  bad(
    'TLS with the endpoints of a route whose TLS is passed on',
    'backend-tls-passthrough',
    withListener({ tls: { mode: 'Passthrough', routes: [{ hostnames: ['a.example'], backend: 'web' }] } }),
    'spec.backends[0].tls',
    PASSED_ON,
    /has no use for listener "l", whose bytes are passed on as they are/,
  ),
  bad(
    'an address as the server name of endpoints',
    undefined,
    manifestWithBackend({ tls: { serverName: '192.0.2.1' } }),
    'spec.backends[0].tls.serverName',
    /should match/,
    /is not a host name: use lower-case letters/,
  ),
  bad(
    'a key of a CA bundle that no ConfigMap can have',
    undefined,
    manifestWithBackend({ tls: { caRef: { name: 'pg-ca', key: 'a/b' } } }),
    'spec.backends[0].tls.caRef.key',
    /should match/,
    /is not a key of a ConfigMap/,
  ),
];
