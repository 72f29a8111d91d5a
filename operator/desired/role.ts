import { GROUP, PLURAL } from '../../crds/l4balancer.ts';
import type { Owner } from '../objects/owner.ts';
import { childMetadata } from './metadata.ts';

const READ = ['get', 'list', 'watch'];

/** Permissions of the proxy: it reads its own resource, Services and EndpointSlices. It writes nothing. */
export const role = (owner: Owner) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1' as const,
  kind: 'Role' as const,
  metadata: childMetadata(owner),
  rules: [
    { apiGroups: [GROUP], resources: [PLURAL], resourceNames: [owner.name], verbs: READ },
    { apiGroups: [''], resources: ['services'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  ],
});
