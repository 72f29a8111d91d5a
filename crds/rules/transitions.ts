import type { Statement } from './rule.ts';

/** What may not change. Only the API server knows what was before, so the parser has nothing of these. */
export const TRANSITIONS: readonly Statement[] = [
  {
    id: 'load-balancer-class-kept',
    scope: 'spec.service',
    rule: "self.type != 'LoadBalancer' || oldSelf.type != 'LoadBalancer' || (has(self.loadBalancerClass) ? self.loadBalancerClass : '') == (has(oldSelf.loadBalancerClass) ? oldSelf.loadBalancerClass : '')",
    message:
      'loadBalancerClass cannot be changed while type stays LoadBalancer, and the address would change with it: set type to ClusterIP first, then to LoadBalancer with the other class',
    fieldPath: '.loadBalancerClass',
  },
];
