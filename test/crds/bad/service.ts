import { manifestWith } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

export const BAD_SERVICE: readonly BadManifest[] = [
  bad(
    'a load balancer class of a ClusterIP',
    'load-balancer-class-type',
    manifestWith({ service: { type: 'ClusterIP', loadBalancerClass: 'a/b' } }),
    'spec.service.loadBalancerClass',
    /has a meaning only with type LoadBalancer, and type is ClusterIP/,
  ),
  bad(
    'an external traffic policy of a ClusterIP',
    'external-traffic-policy-type',
    manifestWith({ service: { type: 'ClusterIP', externalTrafficPolicy: 'Local' } }),
    'spec.service.externalTrafficPolicy',
    /has a meaning only with type LoadBalancer or NodePort, and type is ClusterIP/,
  ),
  bad(
    'annotations of no Service',
    'service-annotations-type',
    manifestWith({ service: { type: 'None', annotations: { a: 'b' } } }),
    'spec.service.annotations',
    /type None makes no Service/,
  ),
  bad(
    'a type that Services have, but not this one',
    undefined,
    manifestWith({ service: { type: 'ExternalName' } }),
    'spec.service.type',
    /supported values/,
    /"ExternalName" is not known: expected LoadBalancer, NodePort, ClusterIP or None/,
  ),
  bad(
    'paused as text',
    undefined,
    manifestWith({ paused: 'yes' }),
    'spec.paused',
    /must be of type boolean/,
    /"yes" is not true or false/,
  ),
];
