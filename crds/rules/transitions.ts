import type { Statement } from './rule.ts';

/** Forbidden changes. Only the API server knows the old resource, so the parser does not check these. */
export const TRANSITIONS: readonly Statement[] = [
  {
    id: 'load-balancer-class-kept',
    scope: 'spec.service',
    rule: "self.type != 'LoadBalancer' || oldSelf.type != 'LoadBalancer' || (has(self.loadBalancerClass) ? self.loadBalancerClass : '') == (has(oldSelf.loadBalancerClass) ? oldSelf.loadBalancerClass : '')",
    message:
      'loadBalancerClass cannot be changed while type stays LoadBalancer, as the address would change with it: set type to ClusterIP first, then to LoadBalancer with the new class',
    fieldPath: '.loadBalancerClass',
  },
];
