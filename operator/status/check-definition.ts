import type { Warning } from '../../report/reasons/warning-reasons.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';
import { listed } from '../text/lists-and-counts.ts';

/**
 * Warnings for every resource, because it is in the resources that a field is missing or has no effect.
 */
export const checkDefinition = (skew: DefinitionSkew | undefined): readonly Warning[] => [
  ...(skew === undefined || skew.lacking.length === 0
    ? []
    : [
        {
          reason: 'DefinitionOlder' as const,
          message: `The CustomResourceDefinition is older than this operator: it lacks ${listed(skew.lacking)}, which the API server silently drops. Upgrade it: helm upgrade with crds.install=true, or kubectl apply --server-side -f crds/l4balancers.yaml.`,
        },
      ]),
  ...(skew === undefined || skew.unknown.length === 0
    ? []
    : [
        {
          reason: 'DefinitionNewer' as const,
          message: `The CustomResourceDefinition is newer than this operator, which does not know and ignores ${listed(skew.unknown)}. Upgrade the operator.`,
        },
      ]),
];
