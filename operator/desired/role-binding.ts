import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

/** Binds the Role to the proxy's ServiceAccount. */
export const roleBinding = (owner: Owner) => {
  const metadata = childMetadata(owner);
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1' as const,
    kind: 'RoleBinding' as const,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: metadata.name, namespace: owner.namespace }],
  };
};
