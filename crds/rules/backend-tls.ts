import type { BackendTls } from '../backend-tls.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { Listener } from '../listener.ts';
import { backendsOfListener } from '../listener-backends.ts';
import { ownNamespaceOnly } from './own-namespace.ts';
import { problemIf, rule } from './rule.ts';
import { standaloneOnly } from './standalone-only.ts';

const SCOPE = 'spec.backends[].tls';
const INSECURE = 'mode Insecure verifies nothing: remove caRef and caFile, or use mode Verify';

const insecureWithoutBundle = rule<BackendTls>({
  id: 'backend-tls-insecure-bundle',
  scope: SCOPE,
  reads: ['mode', 'caRef', 'caFile'],
  rule: "self.mode != 'Insecure' || !(has(self.caRef) || has(self.caFile))",
  message: INSECURE,
  fieldPath: '.mode',
  check: ({ mode, caRef, caFile }) =>
    problemIf(
      mode === 'Insecure' && (caRef !== undefined || caFile !== undefined),
      ['mode'],
      INSECURE.replace('mode ', ''),
    ),
});

const ownNamespace = ownNamespaceOnly('backend-tls-secret-namespace', `${SCOPE}.clientCertificateRef`);

const bundleFile = standaloneOnly<BackendTls>({
  id: 'backend-tls-ca-file-standalone',
  scope: SCOPE,
  field: 'caFile',
  why: 'works only without a cluster, because a pod has no such file: use caRef',
});

const certificateFile = standaloneOnly<BackendTls>({
  id: 'backend-tls-certificate-file-standalone',
  scope: SCOPE,
  field: 'clientCertificateFile',
  why: 'works only without a cluster, because a pod has no such file: use clientCertificateRef',
});

const passesOn = ({ protocol, tls }: Listener): boolean => protocol === 'UDP' || tls?.mode === 'Passthrough';

/** The bytes of such a listener are not the proxy's to encrypt. */
const ofStreamsInTheClear = rule<L4BalancerSpec>({
  id: 'backend-tls-passthrough',
  scope: 'spec',
  reads: [
    'listeners[?].name',
    'listeners[?].protocol',
    'listeners[?].backend',
    'listeners[?].tls',
    'backends[?].name',
    'backends[?].tls',
  ],
  rule: "[self.backends.filter(b, has(b.tls)).map(b, b.name)].all(names, names.size() == 0 || self.listeners.all(l, (l.protocol != 'UDP' && (!has(l.tls) || l.tls.mode != 'Passthrough')) || !((has(l.backend) && l.backend in names) || (has(l.tls) && has(l.tls.routes) && l.tls.routes.exists(r, r.backend in names)))))",
  message:
    'a backend with tls has a listener of protocol UDP, or with tls.mode Passthrough, whose bytes are passed on as they are: remove tls from the backend, or use mode Terminate',
  fieldPath: '.backends',
  check: ({ listeners, backends }) =>
    backends.flatMap(({ name, tls }, i) => {
      const user = listeners.find((one) => passesOn(one) && backendsOfListener(one).includes(name));
      return problemIf(
        tls !== undefined && user !== undefined,
        ['backends', i, 'tls'],
        `has no use for listener "${user?.name}", whose bytes are passed on as they are: remove it, or use tls.mode Terminate there`,
      );
    }),
});

export const BACKEND_TLS_RULES = [
  insecureWithoutBundle,
  ownNamespace,
  bundleFile,
  certificateFile,
  ofStreamsInTheClear,
];
