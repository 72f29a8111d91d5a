import { childName } from '../../crds/child-name.ts';
import { configMapsOf, secretsOf } from '../../crds/references.ts';
import { GROUP, PLURAL } from '../../crds/resource-type.ts';
import { endsTls } from '../../crds/tls.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** It asks for single objects by lists of one, which it then watches. */
const READ = ['list', 'watch'];

interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

const readable = (resource: string, names: readonly string[]): PolicyRule[] =>
  names.length === 0
    ? []
    : [{ apiGroups: [''], resources: [resource], resourceNames: [...names], verbs: READ }];

/** What the resource refers to, and the keys of session tickets that the replicas share. */
const secretNames = ({ name, spec }: Owner): readonly string[] => [
  ...secretsOf(spec),
  ...(endsTls(spec.listeners) ? [childName(name, '-tickets')] : []),
];

/**
 * Permissions of the proxy: it reads its own resource, Services, EndpointSlices, and of the ConfigMaps and
 * Secrets only those that it refers to, and its ticket keys. It writes nothing.
 */
export const role = (owner: Owner) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1' as const,
  kind: 'Role' as const,
  metadata: childMetadata(owner),
  rules: [
    { apiGroups: [GROUP], resources: [PLURAL], resourceNames: [owner.name], verbs: READ },
    { apiGroups: [''], resources: ['services'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
    ...readable('configmaps', configMapsOf(owner.spec)),
    ...readable('secrets', secretNames(owner)),
  ] as PolicyRule[],
});
