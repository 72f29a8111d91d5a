import { formatValue } from '../format-value.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { Listener } from '../listener.ts';
import { nearest } from '../nearest.ts';
import type { ListenerTls, TlsRoute } from '../tls.ts';
import { ownNamespaceOnly } from './own-namespace.ts';
import { problemIf, rule } from './rule.ts';
import { standaloneOnly } from './standalone-only.ts';

const backendOrRoutes = rule<Listener>({
  id: 'listener-backend-or-routes',
  scope: 'spec.listeners[]',
  reads: ['backend', 'tls.routes'],
  rule: 'has(self.backend) || (has(self.tls) && has(self.tls.routes))',
  message: 'backend is missing: only a listener with tls.routes may omit it',
  fieldPath: '.backend',
  check: ({ backend, tls }) =>
    problemIf(
      backend === undefined && tls?.routes === undefined,
      ['backend'],
      'is missing: only a listener with tls.routes may omit it',
    ),
});

const passthroughRoutes = rule<ListenerTls>({
  id: 'tls-passthrough-routes',
  scope: 'spec.listeners[].tls',
  reads: ['mode', 'routes'],
  rule: "self.mode != 'Passthrough' || has(self.routes)",
  message: 'mode Passthrough requires routes: without any, a listener without tls does the same',
  fieldPath: '.routes',
  check: ({ mode, routes }) =>
    problemIf(
      mode === 'Passthrough' && routes === undefined,
      ['routes'],
      'mode Passthrough requires routes: without any, a listener without tls does the same',
    ),
});

const terminateCertificates = rule<ListenerTls>({
  id: 'tls-terminate-certificates',
  scope: 'spec.listeners[].tls',
  reads: ['mode', 'certificateRefs', 'certificateFiles'],
  rule: "self.mode != 'Terminate' || has(self.certificateRefs) || has(self.certificateFiles)",
  message: 'mode Terminate requires certificates: add certificateRefs, or certificateFiles without a cluster',
  fieldPath: '.mode',
  check: ({ mode, certificateRefs, certificateFiles }) =>
    problemIf(
      mode === 'Terminate' && certificateRefs === undefined && certificateFiles === undefined,
      ['mode'],
      'Terminate requires certificates: add certificateRefs, or certificateFiles without a cluster',
    ),
});

const ownNamespace = ownNamespaceOnly('tls-secret-namespace', 'spec.listeners[].tls.certificateRefs[]');

/** Fields that mean nothing where TLS does not end here. */
const OF_TERMINATION = [
  'certificateRefs',
  'certificateFiles',
  'minVersion',
  'cipherProfile',
  'alpn',
  'strictSni',
  'ticketKeysFile',
  'clientCertificates',
] as const;

const onlyTerminated = rule<ListenerTls>({
  id: 'tls-only-terminated',
  scope: 'spec.listeners[].tls',
  reads: ['mode', ...OF_TERMINATION],
  rule: `self.mode == 'Terminate' || !(${OF_TERMINATION.map((field) => `has(self.${field})`).join(' || ')})`,
  message: `${OF_TERMINATION.join(', ')} require mode Terminate: with Passthrough, TLS ends at the endpoints`,
  fieldPath: '.mode',
  check: (tls) =>
    problemIf(
      tls.mode !== 'Terminate' && OF_TERMINATION.some((field) => tls[field] !== undefined),
      ['mode'],
      `${OF_TERMINATION.join(', ')} require mode Terminate: with Passthrough, TLS ends at the endpoints`,
    ),
});

/** The endpoint is asked for TLS as well, which would then have to be spoken with it. */
const startTlsPassed = rule<ListenerTls>({
  id: 'tls-start-tls-passed',
  scope: 'spec.listeners[].tls',
  reads: ['mode', 'startTls'],
  rule: "self.mode == 'Passthrough' || !has(self.startTls)",
  message: 'startTls requires mode Passthrough: the endpoint is asked for TLS, too',
  fieldPath: '.startTls',
  check: ({ mode, startTls }) =>
    problemIf(
      mode !== 'Passthrough' && startTls !== undefined,
      ['startTls'],
      'requires mode Passthrough: the endpoint is asked for TLS, too',
    ),
});

const filesOfPods = rule<L4BalancerSpec>({
  id: 'tls-files-standalone',
  aboutPods: true,
  scope: 'spec',
  reads: ['listeners[?].tls.certificateFiles'],
  rule: '!self.listeners.exists(l, has(l.tls) && has(l.tls.certificateFiles))',
  message:
    'tls.certificateFiles works only without a cluster, because a pod has no such files: use certificateRefs',
  fieldPath: '.listeners',
  check: ({ listeners }) =>
    listeners.flatMap(({ tls }, i) =>
      problemIf(
        tls?.certificateFiles !== undefined,
        ['listeners', i, 'tls', 'certificateFiles'],
        'works only without a cluster, because a pod has no such files: use certificateRefs',
      ),
    ),
});

const ticketKeysOfPods = standaloneOnly<ListenerTls>({
  id: 'tls-ticket-keys-file-standalone',
  scope: 'spec.listeners[].tls',
  field: 'ticketKeysFile',
  why: 'works only without a cluster: remove it, since the operator gives all replicas the same keys',
});

/** A proxy has one set of keys for all its listeners. */
const ticketKeysAreOne = rule<L4BalancerSpec>({
  id: 'tls-ticket-keys-file-one',
  scope: 'spec',
  reads: ['listeners[?].tls.ticketKeysFile'],
  rule: '[self.listeners.filter(l, has(l.tls) && has(l.tls.ticketKeysFile)).map(l, l.tls.ticketKeysFile)].all(files, files.all(f, f == files[0]))',
  message: 'listeners name different files in tls.ticketKeysFile: name the same one in all of them',
  fieldPath: '.listeners',
  check: ({ listeners }) => {
    const first = listeners.findIndex(({ tls }) => tls?.ticketKeysFile !== undefined);
    const file = listeners[first]?.tls?.ticketKeysFile;
    return listeners.flatMap(({ tls }, i) =>
      problemIf(
        tls?.ticketKeysFile !== undefined && tls.ticketKeysFile !== file,
        ['listeners', i, 'tls', 'ticketKeysFile'],
        `is another file than ${formatValue(file ?? '')} of listeners[${first}], but a proxy has one for all listeners: name the same one`,
      ),
    );
  },
});

const haveSameProtocol = ({ alpn: some }: TlsRoute, { alpn: others }: TlsRoute): boolean =>
  some === undefined ? others === undefined : some.some((one) => others?.includes(one) ?? false);

/** Routes are compared by functions of lists: loops over the names cost seconds for each write. */
const routesOverlap = rule<ListenerTls>({
  id: 'tls-routes-overlap',
  scope: 'spec.listeners[].tls',
  reads: ['routes'],
  rule: '!has(self.routes) || self.routes.all(r, self.routes.exists_one(o, (has(r.alpn) ? has(o.alpn) && sets.intersects(r.alpn, o.alpn) : !has(o.alpn)) && sets.intersects(r.hostnames, o.hostnames)))',
  message: 'two routes are for the same host name and protocol: remove one of them',
  fieldPath: '.routes',
  check: ({ routes = [] }) =>
    routes.flatMap((route, i) =>
      route.hostnames.flatMap((hostname, j) => {
        const first = routes.findIndex(
          (other) => other.hostnames.includes(hostname) && haveSameProtocol(route, other),
        );
        return problemIf(
          first < i,
          ['routes', i, 'hostnames', j],
          `${formatValue(hostname)} is already in routes[${first}] with the same protocols: remove one of them`,
        );
      }),
    ),
});

const defaultTwice = rule<Listener>({
  id: 'tls-default-twice',
  scope: 'spec.listeners[]',
  reads: ['backend', 'tls.routes'],
  rule: "!has(self.backend) || !has(self.tls) || !has(self.tls.routes) || !self.tls.routes.exists(r, !has(r.alpn) && '*' in r.hostnames)",
  message: 'a route takes all host names, so that no connection goes to backend: remove one of them',
  fieldPath: '.backend',
  check: ({ backend, tls }) => {
    const all = tls?.routes?.findIndex(
      ({ hostnames, alpn }) => alpn === undefined && hostnames.includes('*'),
    );
    return problemIf(
      backend !== undefined && all !== undefined && all >= 0,
      ['backend'],
      `is never used, since tls.routes[${all}] takes all host names: remove one of them`,
    );
  },
});

const backendExists = rule<L4BalancerSpec>({
  id: 'tls-route-backend-exists',
  scope: 'spec',
  reads: ['listeners[?].tls.routes', 'backends[].name'],
  rule: 'self.listeners.all(l, !has(l.tls) || !has(l.tls.routes) || l.tls.routes.all(r, self.backends.exists(b, b.name == r.backend)))',
  message: 'a TLS route refers to a backend that is not in spec.backends',
  fieldPath: '.listeners',
  check: ({ listeners, backends }) => {
    const names = backends.map(({ name }) => name);
    return listeners.flatMap(({ tls }, i) =>
      (tls?.routes ?? []).flatMap(({ backend }, j) => {
        const meant = nearest(backend, names);
        const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
        return problemIf(
          !names.includes(backend),
          ['listeners', i, 'tls', 'routes', j, 'backend'],
          `${formatValue(backend)} is not in spec.backends; available: ${names.join(', ')}${hint}`,
        );
      }),
    );
  },
});

export const TLS_RULES = [
  backendOrRoutes,
  passthroughRoutes,
  terminateCertificates,
  ownNamespace,
  onlyTerminated,
  startTlsPassed,
  filesOfPods,
  ticketKeysOfPods,
  ticketKeysAreOne,
  routesOverlap,
  defaultTwice,
  backendExists,
];
