import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { Format } from '../../../cli/arguments/formats.ts';
import { convert } from '../../../cli/convert/convert.ts';
import { written } from '../../../cli/convert/written.ts';
import { parseL4Balancer } from '../../../crds/parse.ts';

interface Fact {
  readonly name: string;
  readonly format: Format;
  readonly text: string;
  /** Fields of the first listener and of the first backend, and what the notes must say. */
  readonly listener?: object;
  readonly backend?: object;
  readonly notes?: RegExp;
}

const haproxy = (lines: string): string =>
  `defaults\n timeout client 1m\n timeout server 1m\nlisten db\n bind :5432\n server a 10.0.0.1:5432\n${lines}`;
const nginx = (server: string, more = ''): string =>
  `stream { upstream db { server 10.0.0.1:5432; ${more} } server { listen 5432; proxy_pass db; ${server} } }`;
const traefik = (match: string, tls: string, more = ''): string =>
  `kind: IngressRouteTCP\nmetadata: {name: db, namespace: shop}\nspec:\n  entryPoints: [db]\n  routes:\n  - match: ${match}\n    services: [{name: db, port: 5432}]\n${tls === '' ? '' : `  tls: ${tls}\n`}---\nentryPoints: {db: {address: ":5432"}}\n${more}`;

/** What has neither a listener nor a backend that is expected may become nothing at all. */
const FACTS: readonly Fact[] = [
  {
    name: 'the longer of the timeouts of client and server is that of idle connections',
    format: 'haproxy',
    text: haproxy(' timeout tunnel 2h'),
    listener: { timeouts: { idle: '2h' } },
  },
  {
    name: 'source keeps clients at their server',
    format: 'haproxy',
    text: haproxy(' balance source'),
    backend: { algorithm: 'SourceHash' },
  },
  {
    name: 'an unknown algorithm is noted',
    format: 'haproxy',
    text: haproxy(' balance first'),
    notes: /balance first has no counterpart: connections go round robin/,
  },
  {
    name: 'checks have the defaults of HAProxy, not ours',
    format: 'haproxy',
    text: haproxy(' server b 10.0.0.2:5432 check'),
    backend: {
      healthCheck: { type: 'TCP', interval: '2s', timeout: '2s', healthyThreshold: 2, unhealthyThreshold: 3 },
    },
    notes: /it is not checked, but others are/,
  },
  {
    name: 'an HTTP check has its path, host and statuses',
    format: 'haproxy',
    text: haproxy(
      ' option httpchk\n http-check send meth GET uri /up hdr Host db.example.com\n http-check expect status 200,204\n default-server check',
    ),
    backend: {},
  },
  {
    name: 'reject unless an ACL of sources matches allows those alone',
    format: 'haproxy',
    text: haproxy(' acl office src 192.0.2.0/24 2001:db8::/32\n tcp-request connection reject unless office'),
    listener: { sources: { allow: ['192.0.2.0/24', '2001:db8::/32'] } },
  },
  {
    name: 'two conditions that must both be met are noted',
    format: 'haproxy',
    text: haproxy(' tcp-request connection reject if { src 192.0.2.1 } { dst_port 80 }'),
    notes: /tcp-request connection reject .* has no counterpart/,
  },
  {
    name: 'a Service by its name in DNS is a Service',
    format: 'haproxy',
    text: haproxy('').replace('10.0.0.1:5432', 'db.shop.svc.cluster.local:5432'),
    backend: { service: { name: 'db', port: 5432 } },
  },
  {
    name: 'quotes and escapes are those of HAProxy',
    format: 'haproxy',
    text: haproxy(' balance "least"\'conn\' # comment'),
    backend: { algorithm: 'LeastConnections' },
  },
  {
    name: 'TLS with servers is that of the backend',
    format: 'haproxy',
    text: haproxy(' default-server ssl verify required ca-file /etc/ca.pem sni str(db.example.com)'),
    backend: { tls: { mode: 'Verify', caRef: { name: 'ca' }, serverName: 'db.example.com' } },
    notes: /ca-file \/etc\/ca\.pem: make the ConfigMap ca of it, with the key ca\.crt/,
  },
  {
    name: 'a certificate that servers are shown becomes a Secret',
    format: 'haproxy',
    text: haproxy(' default-server ssl verify none crt /etc/ssl/own.pem'),
    backend: { tls: { mode: 'Insecure', clientCertificateRef: { name: 'own' } } },
    notes: /crt \/etc\/ssl\/own\.pem: make the Secret own of type kubernetes\.io\/tls/,
  },
  {
    name: 'clients whose certificates are verified stay so, with the list of revoked ones',
    format: 'haproxy',
    text: haproxy(
      ' bind :5433 ssl crt /etc/db.pem ca-file /etc/clients.pem verify required crl-file /etc/lost.crl',
    ).replace(' bind :5432\n', ''),
    listener: {
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'db' }],
        clientCertificates: { caRefs: [{ name: 'clients' }], crlRefs: [{ name: 'lost.crl' }] },
      },
    },
    notes:
      /ca-file .* ConfigMap clients .*key ca\.crt\n.*crl-file .* ConfigMap lost\.crl .*key ca\.crl, and renew it/,
  },
  {
    name: 'an optional certificate of clients is requested, and none is with verify none',
    format: 'haproxy',
    text: 'listen a\n timeout client 1m\n timeout server 1m\n bind :1 ssl crt a.pem ca-file ca.pem verify optional\n bind :2 ssl crt a.pem ca-file ca.pem verify none\n server a 10.0.0.1:1',
    listener: {
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'a' }],
        clientCertificates: { mode: 'Request', caRefs: [{ name: 'ca' }] },
      },
    },
    notes: /ConfigMap ca/,
  },
  {
    name: 'clients are verified with one authority in between, as nginx does by default',
    format: 'nginx',
    text: nginx(
      'listen 5432 ssl; ssl_certificate a.pem; ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl ca.crl;',
    ).replace('listen 5432; ', ''),
    listener: {
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'a' }],
        clientCertificates: { caRefs: [{ name: 'ca' }], crlRefs: [{ name: 'ca.crl' }], depth: 1 },
      },
    },
    notes:
      /ssl_client_certificate ca\.pem: make the ConfigMap ca .*\n.*ssl_crl ca\.crl: make the ConfigMap ca\.crl/,
  },
  {
    name: 'certificates that are not verified are not asked for',
    format: 'nginx',
    text: nginx('listen 5432 ssl; ssl_certificate a.pem; ssl_verify_client optional_no_ca;').replace(
      'listen 5432; ',
      '',
    ),
    listener: { tls: { mode: 'Terminate', certificateRefs: [{ name: 'a' }] } },
    notes: /optional_no_ca: certificates that are not verified are not asked for/,
  },
  {
    name: 'TLS with servers is verified with the bundle, and they are shown the certificate',
    format: 'nginx',
    text: nginx(
      'proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; proxy_ssl_name db.example.com; proxy_ssl_certificate own.pem; proxy_ssl_certificate_key own.key;',
    ),
    backend: {
      tls: {
        mode: 'Verify',
        caRef: { name: 'ca' },
        clientCertificateRef: { name: 'own' },
        serverName: 'db.example.com',
      },
    },
    notes: /proxy_ssl_trusted_certificate ca\.pem: .*\n.*proxy_ssl_certificate own\.pem: make the Secret own/,
  },
  {
    name: 'TLS with servers whose certificates are not looked at stays so',
    format: 'nginx',
    text: nginx('proxy_ssl on; proxy_ssl_name DB.example.com;'),
    backend: { tls: { mode: 'Insecure', serverName: 'db.example.com' } },
  },
  {
    name: 'without timeouts, the difference is noted',
    format: 'haproxy',
    text: 'listen a\n bind :1\n server a 10.0.0.1:1',
    notes: /connections end here after an hour of silence/,
  },
  {
    name: 'a listener with the usual admin port moves that',
    format: 'haproxy',
    text: haproxy('').replace(':5432', ':9901'),
    listener: { port: 9901 },
  },
  {
    name: 'hashing of the address is consistent',
    format: 'nginx',
    text: nginx('', 'hash $remote_addr consistent;'),
    backend: { algorithm: 'SourceHash' },
  },
  {
    name: 'other hashing is noted',
    format: 'nginx',
    text: nginx('', 'hash $ssl_preread_server_name;'),
    notes: /only clients' addresses can be hashed/,
  },
  {
    name: 'nginx ends both sides when one has ended, unless it is told otherwise',
    format: 'nginx',
    text: nginx('proxy_timeout 1h30m;'),
    listener: { timeouts: { idle: '90m', halfClosed: '1s' } },
  },
  {
    name: 'a half-closed connection may last',
    format: 'nginx',
    text: nginx('proxy_half_close on;'),
    listener: { timeouts: { idle: '10m' } },
  },
  {
    name: 'deny all at the end makes the others a list of who may',
    format: 'nginx',
    text: nginx('allow 192.0.2.0/24; deny all;'),
    listener: { sources: { allow: ['192.0.2.0/24'] } },
  },
  {
    name: 'the same without deny all allows everybody',
    format: 'nginx',
    text: nginx('deny 192.0.2.1; allow 192.0.2.0/24;'),
    listener: { sources: { deny: ['192.0.2.1'] } },
    notes: /allow without "deny all" at the end allows everybody/,
  },
  {
    name: 'rates are in units of 1024',
    format: 'nginx',
    text: nginx('proxy_upload_rate 2m;'),
    listener: { limits: { bandwidthPerConnection: { upload: '2Mi' } } },
  },
  {
    name: 'certificates are named',
    format: 'nginx',
    text: nginx('').replace(
      'listen 5432;',
      'listen 5432 ssl; ssl_certificate /etc/ssl/Db_1.example.com.crt;',
    ),
    listener: { tls: { mode: 'Terminate', certificateRefs: [{ name: 'db-1.example.com' }] } },
    notes: /make the Secret db-1\.example\.com of type kubernetes\.io\/tls/,
  },
  {
    name: 'what is written by the variable of a map that is no route is noted',
    format: 'nginx',
    text: nginx('').replace('proxy_pass db;', 'proxy_pass db; }  server { listen 1; proxy_pass $x;'),
    notes: /proxy_pass \$x: only maps of \$ssl_preread_server_name/,
  },
  {
    name: 'a port of a Service may be a name',
    format: 'ingress-nginx',
    text: 'kind: ConfigMap\nmetadata: {name: my-tcp}\ndata: {"5432": "shop/db:pg"}',
    backend: { service: { name: 'db', port: 'pg' } },
  },
  {
    name: 'the timeout of the controller’s own ConfigMap counts',
    format: 'ingress-nginx',
    text: 'kind: ConfigMap\nmetadata: {name: my-tcp}\ndata: {"5432": "shop/db:1"}\n---\nkind: ConfigMap\nmetadata: {name: controller}\ndata: {proxy-stream-timeout: 90s}',
    listener: { timeouts: { idle: '90s' } },
  },
  {
    name: 'a ConfigMap whose name tells no protocol is noted',
    format: 'ingress-nginx',
    text: 'kind: ConfigMap\nmetadata: {name: ports}\ndata: {"5432": "shop/db:1"}',
    notes: /its protocol is not known/,
  },
  {
    name: 'a certificate of a Secret ends TLS',
    format: 'traefik',
    text: traefik('HostSNI(`db.example.com`)', '{secretName: db-tls}'),
    listener: {
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'db-tls' }],
        routes: [{ hostnames: ['db.example.com'], backend: 'db' }],
      },
    },
  },
  {
    name: 'a TLSOption is what the listener asks of TLS, certificates of clients among it',
    format: 'traefik',
    text: traefik(
      'HostSNI(`db.example.com`)',
      '{secretName: db-tls, options: {name: strict}}',
      '---\nkind: TLSOption\nmetadata: {name: strict, namespace: shop}\nspec: {minVersion: VersionTLS13, sniStrict: true, alpnProtocols: [postgresql], clientAuth: {secretNames: [clients], clientAuthType: RequireAndVerifyClientCert}}\n',
    ),
    listener: {
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'db-tls' }],
        minVersion: 'TLS1.3',
        alpn: ['postgresql'],
        strictSni: true,
        clientCertificates: { caRefs: [{ kind: 'Secret', name: 'clients' }] },
        routes: [{ hostnames: ['db.example.com'], backend: 'db' }],
      },
    },
    notes: /Secret clients: its authorities are expected in the key ca\.crt/,
  },
  {
    name: 'certificates that Traefik does not verify are not asked for',
    format: 'traefik',
    text: traefik(
      'HostSNI(`db.example.com`)',
      '{secretName: db-tls, options: {name: lax}}',
      '---\nkind: TLSOption\nmetadata: {name: lax, namespace: shop}\nspec: {clientAuth: {clientAuthType: RequireAnyClientCert}}\n',
    ),
    notes: /clientAuthType RequireAnyClientCert of TLSOption lax has no counterpart/,
  },
  {
    name: 'clients by address are sources',
    format: 'traefik',
    text: traefik('HostSNI(`*`) && ClientIP(`192.0.2.0/24`)', ''),
    listener: { sources: { allow: ['192.0.2.0/24'] } },
  },
  {
    name: 'a rule with parentheses is noted',
    format: 'traefik',
    text: traefik('(HostSNI(`a`) || HostSNI(`b`)) && !ALPN(`h2`)', '{passthrough: true}'),
    notes: /left out: the rule .* has no counterpart/,
  },
  {
    name: 'a regular expression is noted',
    format: 'traefik',
    text: traefik('HostSNIRegexp(`^.+$`)', '{passthrough: true}'),
    notes: /the rule HostSNIRegexp/,
  },
];

for (const { name, format, text, listener = {}, backend = {}, notes = /^$/ } of FACTS)
  test(`${format}: ${name}`, () => {
    const conversion = convert([{ file: 'in', text }], format, {
      name: undefined,
      namespace: undefined,
      entryPoints: new Map(),
    });
    assert.deepEqual(conversion.problems, []);
    const result = written(conversion);
    const expected = Object.keys({ ...listener, ...backend }).length;
    const [first] = parseAllDocuments(result.yaml).map((one) => one.toJS());
    if (expected > 0) {
      assert.deepEqual(parseL4Balancer(first, 'Refuse').findings, []);
      const { listeners, backends } = first.spec;
      assert.deepEqual({ ...listeners[0], ...listener }, listeners[0]);
      assert.deepEqual({ ...backends[0], ...backend }, backends[0]);
    }
    assert.match(result.notes.map(({ message }) => message).join('\n'), notes);
  });

const REFUSED: readonly { readonly format: Format; readonly text: string; readonly problem: RegExp }[] = [
  {
    format: 'nginx',
    text: 'stream {\n server {\n listen 1\n}',
    problem: /^in:3 .*"listen" does not end with ";"/,
  },
  { format: 'nginx', text: 'stream { server { listen 1;', problem: /this block is not closed/ },
  { format: 'nginx', text: 'http { }', problem: /has no stream block: nothing in it is layer 4/ },
  { format: 'nginx', text: `stream ${'a {'.repeat(100)}`, problem: /blocks are nested too deeply/ },
  { format: 'haproxy', text: 'bind :80', problem: /^in:1 .*"bind" is in no section/ },
  { format: 'haproxy', text: 'listen a\n bind "x', problem: /^in:2 .*a quote is not closed/ },
  { format: 'haproxy', text: 'frontend a\n mode http\n bind :80', problem: /nothing in it is layer 4/ },
  { format: 'ingress-nginx', text: 'kind: [', problem: /is not valid YAML/ },
  {
    format: 'ingress-nginx',
    text: 'kind: ConfigMap\nmetadata: {name: tcp}',
    problem: /has no ConfigMap with entries/,
  },
  { format: 'traefik', text: 'kind: Ingress', problem: /has neither an IngressRouteTCP nor/ },
];

for (const { format, text, problem } of REFUSED)
  test(`${format}: \`${text.slice(0, 30).replaceAll('\n', ' ')}\` is refused, with what is wrong and where`, () => {
    const { problems, balancers } = convert([{ file: 'in', text }], format, {
      name: undefined,
      namespace: undefined,
      entryPoints: new Map(),
    });
    assert.match(problems.map(({ where, message }) => `${where} ${message}`).join('\n'), problem);
    assert.deepEqual(balancers, []);
  });
