import { childName } from '../../crds/child-name.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { GROUP, PLURAL } from '../../crds/resource-type.ts';
import { certificateSecrets, endsTls } from '../../crds/tls.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

const READ = ['get', 'list', 'watch'];

/** Names of the ConfigMaps with lists of sources, in a stable order. */
const sourceLists = ({ listeners }: Pick<L4BalancerSpec, 'listeners'>): readonly string[] =>
  [
    ...new Set(listeners.flatMap(({ sources }) => (sources?.fromConfigMaps ?? []).map(({ name }) => name))),
  ].sort();

interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

const listRules = (spec: L4BalancerSpec): PolicyRule[] => {
  const names = sourceLists(spec);
  return names.length === 0
    ? []
    : [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [...names], verbs: READ }];
};

/** The certificates, and the keys of session tickets that the replicas share. */
const secretRules = ({ name, spec: { listeners } }: Owner): PolicyRule[] =>
  endsTls(listeners)
    ? [
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: [...certificateSecrets(listeners), childName(name, '-tickets')],
          verbs: READ,
        },
      ]
    : [];

/**
 * Permissions of the proxy: it reads its own resource, Services, EndpointSlices, and of the ConfigMaps and
 * Secrets only those that its listeners name, and its ticket keys. It writes nothing.
 */
export const role = (owner: Owner) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1' as const,
  kind: 'Role' as const,
  metadata: childMetadata(owner),
  rules: [
    { apiGroups: [GROUP], resources: [PLURAL], resourceNames: [owner.name], verbs: READ },
    { apiGroups: [''], resources: ['services'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
    ...listRules(owner.spec),
    ...secretRules(owner),
  ] as PolicyRule[],
});
