import { type Loose, manifestWithListener } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const asking = (clientCertificates: Loose): Loose =>
  manifestWithListener({
    tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }], clientCertificates },
  });

const AT = 'spec.listeners[0].tls.clientCertificates';
const CA = { caRefs: [{ name: 'clients-ca' }] };

export const BAD_CLIENT_CERTIFICATES: readonly BadManifest[] = [
  bad(
    'certificates of clients without an authority',
    'client-certificates-authorities',
    asking({ mode: 'Request' }),
    `${AT}.caRefs`,
    /the authorities of clients are missing: add caRefs, or caFiles without a cluster/,
  ),
  bad(
    'allowed names of clients that need no certificate',
    'client-certificates-names',
    asking({ ...CA, mode: 'Request', allowedSans: ['a.example'] }),
    `${AT}.allowedSans`,
    /requires mode Require: with Request, a client could do without a certificate/,
  ),
  bad(
    'authorities of clients in files in a cluster',
    'client-certificates-ca-files-standalone',
    asking({ caFiles: ['ca.pem'] }),
    `${AT}.caFiles`,
    /work only without a cluster, because a pod has no such files: use caRefs/,
  ),
  bad(
    'lists of revoked certificates in files in a cluster',
    'client-certificates-crl-files-standalone',
    asking({ ...CA, crlFiles: ['crl.pem'] }),
    `${AT}.crlFiles`,
    /work only without a cluster, because a pod has no such files: use crlRefs/,
  ),
  ...['a_b.example', '*.*.example', 'spiffe://a b', '@example.com', 'a@b@c', '*'].map((name) =>
    bad(
      `the name ${name} in certificates`,
      undefined,
      asking({ ...CA, allowedSans: [name] }),
      `${AT}.allowedSans[0]`,
      /is not a name in certificates: write a host such as web.example.com|should match/,
      /is not a name in certificates: write a host such as web.example.com/,
    ),
  ),
];
