import type { Finding } from '../../crds/finding.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { type ParsedManifest, parseManifest } from '../../crds/parse-manifest.ts';
import { formatPath } from '../../crds/path.ts';
import type { ListenAddress } from '../../program/listen-address.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import { configurationOf } from '../configuration/from-l4balancer.ts';
import { drainTargets } from './drained-targets.ts';
import { fixedTargets } from './fixed-targets.ts';
import type { ManifestRead } from './manifest-file.ts';
import { needsOfCluster } from './need-cluster.ts';
import { ownPortFindings } from './own-ports.ts';

/**
 * Parses a manifest for a proxy outside a cluster. This is strict: every backend must list its endpoints, and
 * no listener may have the same binding as another one or as this proxy's admin endpoint.
 */
export const snapshotOfManifest = (text: string, revision: string, admin: ListenAddress): ManifestRead => {
  const { balancer, findings, lineOf } = parseManifest(text, 'Standalone');
  if (balancer === undefined) return { ok: false, findings };
  const needCluster = needsOfCluster(balancer.spec).map(({ at, message }) => {
    const line = lineOf(at);
    return { path: formatPath(at), message, ...(line === undefined ? {} : { line }) };
  });
  const configuration = configurationOf(withoutCluster(balancer.spec));
  const wrong = [...needCluster, ...ownPortFindings(configuration.listeners, admin, portInManifest(lineOf))];
  if (wrong.length > 0) return { ok: false, findings: wrong };
  const served = configuration.backends.map((backend) => ({
    name: backend.name,
    ...drainTargets(backend, configuration.written, fixedTargets(backend.endpoints).targets),
  }));
  return {
    ok: true,
    snapshot: {
      revision,
      configuration,
      targets: new Map(served.map(({ name, targets }) => [name, targets])),
      findings: [...sharedLimits(balancer.spec), ...served.flatMap((one) => one.findings)],
    },
  };
};

/** Without a cluster there is nobody to share a limit with. */
const withoutCluster = (spec: L4BalancerSpec): L4BalancerSpec => ({
  ...spec,
  listeners: spec.listeners.map((listener) =>
    listener.limits === undefined
      ? listener
      : { ...listener, limits: { ...listener.limits, scope: 'Replica' as const } },
  ),
});

const sharedLimits = (spec: L4BalancerSpec): readonly ProxyFinding[] =>
  spec.listeners.flatMap(({ name, limits }, index) =>
    limits?.scope === 'Cluster'
      ? [
          {
            code: 'FieldsIgnored' as const,
            listener: name,
            path: `spec.listeners[${index}].limits.scope`,
            message:
              'has no effect without a cluster: this proxy alone may have as many connections as the limit; write Replica, or omit it',
          },
        ]
      : [],
  );

/** Where the port of the listener with an index is written in a manifest. */
export const portInManifest =
  (lineOf: ParsedManifest['lineOf']) =>
  (index: number): Pick<Finding, 'path' | 'line'> => {
    const line = lineOf(['spec', 'listeners', index, 'port']);
    return { path: `spec.listeners[${index}].port`, ...(line === undefined ? {} : { line }) };
  };
