import type { Finding } from '../../crds/finding.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { type ParsedManifest, parseManifest } from '../../crds/parse-manifest.ts';
import type { ListenAddress } from '../../program/listen-address.ts';
import { configurationOf } from '../configuration/from-l4balancer.ts';
import { fixedTargets } from './fixed-targets.ts';
import type { ManifestRead } from './manifest-file.ts';
import { ownPortFindings } from './own-ports.ts';

/**
 * Parses a manifest for a proxy outside a cluster. This is strict: every backend must list its endpoints, and
 * no listener may have the same binding as another one or as this proxy's admin endpoint.
 */
export const snapshotOfManifest = (text: string, revision: string, admin: ListenAddress): ManifestRead => {
  const { balancer, findings, lineOf } = parseManifest(text, 'Standalone');
  if (balancer === undefined) return { ok: false, findings };
  const needCluster = servicesIn(balancer.spec).map(({ index, ...finding }) => {
    const line = lineOf(['spec', 'backends', index, 'service']);
    return line === undefined ? finding : { ...finding, line };
  });
  const configuration = configurationOf(balancer.spec);
  const wrong = [...needCluster, ...ownPortFindings(configuration.listeners, admin, portInManifest(lineOf))];
  if (wrong.length > 0) return { ok: false, findings: wrong };
  return {
    ok: true,
    snapshot: {
      revision,
      configuration,
      targets: new Map(
        configuration.backends.map(({ name, endpoints }) => [name, fixedTargets(endpoints).targets]),
      ),
      findings: [],
    },
  };
};

/** Where the port of the listener with an index is written in a manifest. */
export const portInManifest =
  (lineOf: ParsedManifest['lineOf']) =>
  (index: number): Pick<Finding, 'path' | 'line'> => {
    const line = lineOf(['spec', 'listeners', index, 'port']);
    return { path: `spec.listeners[${index}].port`, ...(line === undefined ? {} : { line }) };
  };

/** Services exist only in Kubernetes. */
const servicesIn = (spec: L4BalancerSpec): (Finding & { readonly index: number })[] =>
  spec.backends.flatMap(({ name, service }, index) =>
    service === undefined
      ? []
      : [
          {
            index,
            path: `spec.backends[${index}].service`,
            message: `backend "${name}" names the Service "${service.name}", which exists only in Kubernetes. Without a cluster, list its addresses under spec.backends[${index}].endpoints instead`,
          },
        ],
  );
