import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Path } from '../../crds/path.ts';

/** Something in a manifest that exists only in Kubernetes. */
export interface NeedOfCluster {
  readonly at: Path;
  readonly message: string;
}

const onlyThere = (what: string, at: Path, instead: string): NeedOfCluster => ({
  at,
  message: `${what}, which exist only in Kubernetes. Without a cluster, name files under ${instead} instead`,
});

const ofListener = (
  { name, sources, tls }: L4BalancerSpec['listeners'][number],
  index: number,
): readonly NeedOfCluster[] => {
  const path = `spec.listeners[${index}]`;
  const at = ['spec', 'listeners', index];
  return [
    ...((sources?.fromConfigMaps ?? []).length === 0
      ? []
      : [
          onlyThere(
            `listener "${name}" names ConfigMaps`,
            [...at, 'sources', 'fromConfigMaps'],
            `${path}.sources.fromFiles`,
          ),
        ]),
    ...(tls?.certificateRefs === undefined
      ? []
      : [
          onlyThere(
            `listener "${name}" names Secrets`,
            [...at, 'tls', 'certificateRefs'],
            `${path}.tls.certificateFiles`,
          ),
        ]),
    ...(['ca', 'crl'] as const).flatMap((kind) => {
      const [ref] = tls?.clientCertificates?.[`${kind}Refs`] ?? [];
      return ref === undefined
        ? []
        : [
            onlyThere(
              `listener "${name}" names ${ref.kind}s`,
              [...at, 'tls', 'clientCertificates', `${kind}Refs`],
              `${path}.tls.clientCertificates.${kind}Files`,
            ),
          ];
    }),
  ];
};

const ofBackend = (
  { name, service, tls }: L4BalancerSpec['backends'][number],
  index: number,
): readonly NeedOfCluster[] => {
  const path = `spec.backends[${index}]`;
  const at = ['spec', 'backends', index];
  return [
    ...(service === undefined
      ? []
      : [
          {
            at: [...at, 'service'],
            message: `backend "${name}" names the Service "${service.name}", which exists only in Kubernetes. Without a cluster, list its addresses under ${path}.endpoints instead`,
          },
        ]),
    ...(tls?.caRef === undefined
      ? []
      : [
          onlyThere(
            `backend "${name}" names ${tls.caRef.kind}s`,
            [...at, 'tls', 'caRef'],
            `${path}.tls.caFile`,
          ),
        ]),
    ...(tls?.clientCertificateRef === undefined
      ? []
      : [
          onlyThere(
            `backend "${name}" names Secrets`,
            [...at, 'tls', 'clientCertificateRef'],
            `${path}.tls.clientCertificateFile`,
          ),
        ]),
  ];
};

/** Services, ConfigMaps and Secrets in a manifest for a proxy outside a cluster. */
export const needsOfCluster = ({ listeners, backends }: L4BalancerSpec): readonly NeedOfCluster[] => [
  ...backends.flatMap(ofBackend),
  ...listeners.flatMap(ofListener),
];
