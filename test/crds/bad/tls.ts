import { type Loose, manifest, manifestWithListener } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const withRoutes = (routes: readonly Loose[], fields: Loose = {}): Loose =>
  manifestWithListener({ tls: { mode: 'Passthrough', routes }, ...fields });

const TERMINATED = { mode: 'Terminate', certificateFiles: [{ certificate: 'a.pem', key: 'a.key' }] };

const OVERLAP = /two routes are for the same host name and protocol: remove one of them/;

export const BAD_TLS: readonly BadManifest[] = [
  bad(
    'a listener without a backend and without routes',
    'listener-backend-or-routes',
    manifest((spec) => {
      spec.listeners = [{ name: 'web', port: 8080 }];
    }),
    'spec.listeners[0].backend',
    /backend is missing: only a listener with tls.routes may omit it/,
    /is missing: only a listener with tls.routes may omit it/,
  ),
  bad(
    'TLS on a listener of UDP',
    'tls-protocol',
    withRoutes([{ hostnames: ['a.example'], backend: 'web' }], { protocol: 'UDP' }),
    'spec.listeners[0].tls',
    /tls requires protocol TCP, but protocol is UDP: remove it/,
    /requires protocol TCP, but protocol is UDP: remove it/,
  ),
  bad(
    'passthrough without routes',
    'tls-passthrough-routes',
    manifestWithListener({ tls: { mode: 'Passthrough' } }),
    'spec.listeners[0].tls.routes',
    /mode Passthrough requires routes: without any, a listener without tls does the same/,
  ),
  bad(
    'termination without certificates',
    'tls-terminate-certificates',
    manifestWithListener({ tls: { mode: 'Terminate' } }),
    'spec.listeners[0].tls.mode',
    /mode Terminate requires certificates: add certificateRefs, or certificateFiles without a cluster/,
    /Terminate requires certificates: add certificateRefs, or certificateFiles without a cluster/,
  ),
  bad(
    'fields of termination with passthrough',
    'tls-only-terminated',
    manifestWithListener({
      tls: { mode: 'Passthrough', routes: [{ hostnames: ['a.example'], backend: 'web' }], strictSni: true },
    }),
    'spec.listeners[0].tls.mode',
    /certificateRefs, certificateFiles, minVersion, cipherProfile, alpn, strictSni, ticketKeysFile, clientCertificates require mode Terminate: with Passthrough, TLS ends at the endpoints/,
  ),
  bad(
    'STARTTLS that ends at the proxy',
    'tls-start-tls-passed',
    manifestWithListener({ tls: { ...TERMINATED, startTls: 'SMTP' } }),
    'spec.listeners[0].tls.startTls',
    /startTls requires mode Passthrough: the endpoint is asked for TLS, too/,
    /requires mode Passthrough: the endpoint is asked for TLS, too/,
  ),
  bad(
    'certificates in files in a cluster',
    'tls-files-standalone',
    manifestWithListener({ tls: TERMINATED }),
    'spec.listeners[0].tls.certificateFiles',
    /only without a cluster, because a pod has no such files: use certificateRefs/,
  ),
  bad(
    'ticket keys in a file in a cluster',
    'tls-ticket-keys-file-standalone',
    manifestWithListener({
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }], ticketKeysFile: 'tickets.key' },
    }),
    'spec.listeners[0].tls.ticketKeysFile',
    /works only without a cluster: remove it, since the operator gives all replicas the same keys/,
  ),
  bad(
    'two files with ticket keys',
    'tls-ticket-keys-file-one',
    manifest((spec) => {
      spec.listeners = ['one', 'two'].map((file, i) => ({
        name: file,
        port: 8080 + i,
        backend: 'web',
        tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }], ticketKeysFile: `${file}.key` },
      }));
    }),
    'spec.listeners[1].tls.ticketKeysFile',
    /listeners name different files in tls.ticketKeysFile: name the same one in all of them/,
    /is another file than "one.key" of listeners\[0\], but a proxy has one for all listeners: name the same one/,
  ),
  bad(
    'a version of TLS that nobody should use',
    undefined,
    manifestWithListener({ tls: { ...TERMINATED, minVersion: 'TLS1.0' } }),
    'spec.listeners[0].tls.minVersion',
    /Unsupported value: "TLS1.0": supported values: "TLS1.2", "TLS1.3"/,
    /"TLS1.0" is not supported: expected TLS1.2 or TLS1.3/,
  ),
  bad(
    'two routes for one host name',
    'tls-routes-overlap',
    withRoutes([
      { hostnames: ['a.example', 'b.example'], backend: 'web' },
      { hostnames: ['c.example', 'b.example'], backend: 'web' },
    ]),
    'spec.listeners[0].tls.routes[1].hostnames[1]',
    OVERLAP,
    /"b.example" is already in routes\[0\] with the same protocols: remove one of them/,
  ),
  bad(
    'two routes for one host name and protocol',
    'tls-routes-overlap',
    withRoutes([
      { hostnames: ['a.example'], alpn: ['h2', 'h3'], backend: 'web' },
      { hostnames: ['a.example'], alpn: ['http/1.1', 'h2'], backend: 'web' },
    ]),
    'spec.listeners[0].tls.routes[1].hostnames[0]',
    OVERLAP,
    /"a.example" is already in routes\[0\] with the same protocols/,
  ),
  bad(
    'two routes for any name',
    'tls-routes-overlap',
    manifest((spec) => {
      const routes = [{ hostnames: ['*'], backend: 'web' }, { backend: 'web' }];
      spec.listeners = [{ name: 'web', port: 8080, tls: { mode: 'Passthrough', routes } }];
    }),
    'spec.listeners[0].tls.routes[1].hostnames[0]',
    OVERLAP,
    /"\*" is already in routes\[0\] with the same protocols/,
  ),
  bad(
    'a backend beside a route for any name',
    'tls-default-twice',
    withRoutes([{ hostnames: ['a.example', '*'], backend: 'web' }]),
    'spec.listeners[0].backend',
    /a route takes all host names, so that no connection goes to backend: remove one of them/,
    /is never used, since tls.routes\[0\] takes all host names: remove one of them/,
  ),
  bad(
    'a route with a backend that does not exist',
    'tls-route-backend-exists',
    withRoutes([
      { hostnames: ['a.example'], backend: 'web' },
      { hostnames: ['b.example'], backend: 'wbe' },
    ]),
    'spec.listeners[0].tls.routes[1].backend',
    /a TLS route refers to a backend that is not in spec.backends/,
    /"wbe" is not in spec.backends; available: web; did you mean "web"\?/,
  ),
  bad(
    'an endpoint that is the listener with the route to it',
    'endpoint-is-listener',
    manifest((spec) => {
      const routes = [{ hostnames: ['a.example'], backend: 'web' }];
      spec.listeners = [{ name: 'web', port: 8080, tls: { mode: 'Passthrough', routes } }];
      spec.backends = [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 8080 }] }];
    }),
    'spec.backends[0].endpoints[0]',
    /an endpoint is a listener of this proxy/,
    /127.0.0.1 port 8080 is listener "web" of this proxy: connections would loop/,
  ),
  ...[
    'A.example',
    'a_b.example',
    '*example',
    'a.*.example',
    '*.',
    'a..example',
    'a.example.',
    '.example',
    '',
  ].map((hostname) =>
    bad(
      `a route with the host name ${JSON.stringify(hostname)}`,
      undefined,
      withRoutes([{ hostnames: [hostname], backend: 'web' }]),
      'spec.listeners[0].tls.routes[0].hostnames[0]',
      /should match/,
      /is not a host name: write it in lower case, such as db.example.com, \*.example.com or "\*"/,
    ),
  ),
  bad(
    'a protocol in the clear that is not known',
    undefined,
    manifestWithListener({
      tls: { mode: 'Passthrough', startTls: 'POP3', routes: [{ hostnames: ['a.example'], backend: 'web' }] },
    }),
    'spec.listeners[0].tls.startTls',
    /Unsupported value: "POP3"/,
    /"POP3" is not supported: expected PostgreSQL, MySQL, SMTP/,
  ),
  bad(
    'a route with a protocol that has a space',
    undefined,
    withRoutes([{ alpn: ['h 2'], backend: 'web' }]),
    'spec.listeners[0].tls.routes[0].alpn[0]',
    /should match/,
    /is not the name of a protocol, such as h2/,
  ),
  bad(
    'a certificate of another namespace',
    'tls-secret-namespace',
    manifestWithListener({
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls', namespace: 'other' }] },
    }),
    'spec.listeners[0].tls.certificateRefs[0].namespace',
    /a Secret of another namespace cannot be used: copy it to the namespace of the resource, and omit namespace/,
    /is refused: a Secret of another namespace cannot be used\. Copy it/,
  ),
];
