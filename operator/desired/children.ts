import type { Manifest } from '../../kube/apply.ts';
import { deployment } from './deployment.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import type { Owner, RenderSettings } from './render.ts';
import { role } from './role.ts';
import { roleBinding } from './role-binding.ts';
import { service } from './service.ts';
import { serviceAccount } from './service-account.ts';

/** A kind of child: what is wanted of it, or undefined when there should be none. */
export interface Child {
  readonly apiVersion: string;
  readonly kind: string;
  readonly wanted: Manifest | undefined;
}

/**
 * Every child of a resource, in the order in which they are applied: what the pods need comes before the pods. A new kind of child
 * is one line here and one in watch/kinds.ts.
 */
export const children = (owner: Owner, settings: RenderSettings): readonly Child[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', wanted: serviceAccount(owner) },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', wanted: role(owner) },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', wanted: roleBinding(owner) },
  { apiVersion: 'v1', kind: 'Service', wanted: service(owner) },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', wanted: podDisruptionBudget(owner) },
  { apiVersion: 'apps/v1', kind: 'Deployment', wanted: deployment(owner, settings) },
];
