import type { ClusterNode, Taint } from './node.ts';

/** The fields of a pod's spec that decide where it may run. */
export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: { readonly nodeAffinity?: unknown };
  readonly tolerations?: readonly Toleration[];
}

interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface Term {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

/**
 * Whether the scheduler would consider the node, judging by labels, required affinity and taints, not by free
 * resources.
 */
export const isEligible = (node: ClusterNode, placement: Placement): boolean =>
  Object.entries(placement.nodeSelector ?? {}).every(
    ([key, value]) => node.metadata.labels?.[key] === value,
  ) &&
  matchesAffinity(node, placement.affinity?.nodeAffinity) &&
  taintsOf(node).every((taint) => placement.tolerations?.some((one) => tolerates(one, taint)) ?? false);

/** Taints that keep pods away. A cordoned node counts as tainted, even before its taint has been written. */
const taintsOf = ({ spec }: ClusterNode): readonly Taint[] => [
  ...(spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute'),
  ...(spec?.unschedulable ? [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] : []),
];

const tolerates = (
  { key = '', operator = 'Equal', value = '', effect = '' }: Toleration,
  taint: Taint,
): boolean =>
  (effect === '' || effect === taint.effect) &&
  (key === '' ? operator === 'Exists' : key === taint.key) &&
  (operator === 'Exists' || value === (taint.value ?? ''));

/**
 * The API server has validated the affinity before any pod was created with it; every node matches a
 * malformed one.
 */
const matchesAffinity = (node: ClusterNode, nodeAffinity: unknown): boolean => {
  const { requiredDuringSchedulingIgnoredDuringExecution: required } = (nodeAffinity ?? {}) as {
    requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: readonly Term[] };
  };
  const terms = required?.nodeSelectorTerms;
  if (!Array.isArray(terms)) return true;
  const { name, labels = {} } = node.metadata;
  return terms.some(({ matchExpressions = [], matchFields = [] }: Term) => {
    // An empty term matches nothing.
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((one) => meets(labels[one.key], one)) &&
      matchFields.every((one) => meets(one.key === 'metadata.name' ? name : undefined, one))
    );
  });
};

const meets = (value: string | undefined, { operator, values = [] }: Requirement): boolean => {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return true;
  }
};
