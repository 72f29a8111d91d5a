import type { Service } from '../service.ts';
import { problemIf, rule } from './rule.ts';

const loadBalancerClass = rule<Service>({
  id: 'load-balancer-class-type',
  scope: 'spec.service',
  reads: ['type', 'loadBalancerClass'],
  rule: "!has(self.loadBalancerClass) || self.type == 'LoadBalancer'",
  message: 'loadBalancerClass has a meaning only with type LoadBalancer',
  messageExpression:
    "'loadBalancerClass has a meaning only with type LoadBalancer, and type is ' + self.type",
  fieldPath: '.loadBalancerClass',
  check: ({ type, loadBalancerClass: given }) =>
    problemIf(
      given !== undefined && type !== 'LoadBalancer',
      ['loadBalancerClass'],
      `has a meaning only with type LoadBalancer, and type is ${type}`,
    ),
});

const externalTrafficPolicy = rule<Service>({
  id: 'external-traffic-policy-type',
  scope: 'spec.service',
  reads: ['type', 'externalTrafficPolicy'],
  rule: "!has(self.externalTrafficPolicy) || self.type in ['LoadBalancer', 'NodePort']",
  message: 'externalTrafficPolicy has a meaning only with type LoadBalancer or NodePort',
  messageExpression:
    "'externalTrafficPolicy has a meaning only with type LoadBalancer or NodePort, and type is ' + self.type",
  fieldPath: '.externalTrafficPolicy',
  check: ({ type, externalTrafficPolicy: given }) =>
    problemIf(
      given !== undefined && type !== 'LoadBalancer' && type !== 'NodePort',
      ['externalTrafficPolicy'],
      `has a meaning only with type LoadBalancer or NodePort, and type is ${type}`,
    ),
});

const annotationsOfNone = rule<Service>({
  id: 'service-annotations-type',
  scope: 'spec.service',
  reads: ['type', 'annotations'],
  rule: "!has(self.annotations) || self.annotations.size() == 0 || self.type != 'None'",
  message: 'annotations have no place to go: type None makes no Service',
  fieldPath: '.annotations',
  check: ({ type, annotations = {} }) =>
    problemIf(
      type === 'None' && Object.keys(annotations).length > 0,
      ['annotations'],
      'have no place to go: type None makes no Service',
    ),
});

export const SERVICE_RULES = [loadBalancerClass, externalTrafficPolicy, annotationsOfNone];
