import { instanceLabel } from '../../crds/child-name.ts';

export type Labels = Readonly<Record<string, string>>;

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const OPERATOR = 'l4balancer-operator';
export const INSTANCE = 'app.kubernetes.io/instance';

/** Selects every child of every L4Balancer, and nothing else. */
export const CHILD_SELECTOR = `${MANAGED_BY}=${OPERATOR}`;

/** Selects the proxy pods of one resource. Must never change: a Deployment's selector is immutable. */
export const selectorLabels = (balancer: string): Labels => ({
  'app.kubernetes.io/component': 'proxy',
  [INSTANCE]: instanceLabel(balancer),
  'app.kubernetes.io/name': 'l4balancer',
});

/** Labels of every child and of the pods. */
export const childLabels = (balancer: string): Labels => ({
  ...selectorLabels(balancer),
  [MANAGED_BY]: OPERATOR,
});

/** A selector as kubectl and the scale subresource write it; sorted. */
export const selectorText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
