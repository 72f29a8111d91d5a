import { isCidr } from '../cidr.ts';
import { formatValue } from '../format-value.ts';
import { addressKind } from '../ip-address.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import { nearest } from '../nearest.ts';
import type { Service } from '../service.ts';
import { problemIf, type Rule, rule } from './rule.ts';

/** The types of Service that a field applies to; an empty list or map is allowed with any type. */
const TYPES = [
  { id: 'load-balancer-class-type', field: 'loadBalancerClass', types: ['LoadBalancer'] },
  { id: 'load-balancer-ip-type', field: 'loadBalancerIP', types: ['LoadBalancer'] },
  {
    id: 'load-balancer-source-ranges-type',
    field: 'loadBalancerSourceRanges',
    types: ['LoadBalancer'],
    canBeEmpty: true,
  },
  {
    id: 'external-traffic-policy-type',
    field: 'externalTrafficPolicy',
    types: ['LoadBalancer', 'NodePort'],
  },
  { id: 'node-ports-type', field: 'nodePorts', types: ['LoadBalancer', 'NodePort'], canBeEmpty: true },
] as const satisfies readonly OfType[];

interface OfType {
  readonly id: string;
  readonly field: keyof Service;
  readonly types: readonly Service['type'][];
  readonly canBeEmpty?: true;
}

const isEmpty = (given: string | object): boolean =>
  typeof given === 'object' && Object.keys(given).length === 0;

const ofType: readonly Rule[] = TYPES.map(({ id, field, types, ...more }) => {
  const unlessEmpty = 'canBeEmpty' in more ? `self.${field}.size() == 0 || ` : '';
  const problem = `requires type ${types.join(' or ')}`;
  return rule<Service>({
    id,
    scope: 'spec.service',
    reads: ['type', field],
    rule: `!has(self.${field}) || ${unlessEmpty}self.type in [${types.map((type) => `'${type}'`).join(', ')}]`,
    message: `${field} ${problem}`,
    messageExpression: `'${field} ${problem}, but type is ' + self.type`,
    fieldPath: `.${field}`,
    check: ({ type, [field]: given }) =>
      problemIf(
        given !== undefined && !isEmpty(given) && !types.some((one) => one === type),
        [field],
        `${problem}, but type is ${type}`,
      ),
  });
});

const mapsOfNone: readonly Rule[] = (['labels', 'annotations'] as const).map((field) =>
  rule<Service>({
    id: `service-${field}-type`,
    scope: 'spec.service',
    reads: ['type', field],
    rule: `!has(self.${field}) || self.${field}.size() == 0 || self.type != 'None'`,
    message: `${field} have no effect: type None creates no Service`,
    fieldPath: `.${field}`,
    check: ({ type, [field]: given = {} }) =>
      problemIf(
        type === 'None' && Object.keys(given).length > 0,
        [field],
        'have no effect: type None creates no Service',
      ),
  }),
);

const CHOICES = [
  { field: 'ipFamilyPolicy', id: 'ip-family-policy-type' },
  { field: 'protocols', id: 'service-protocols-type' },
  { field: 'sessionAffinity', id: 'session-affinity-type' },
] as const;

const choicesOfNone: readonly Rule[] = CHOICES.map(({ field, id }) =>
  rule<Service>({
    id,
    scope: 'spec.service',
    reads: ['type', field],
    rule: `!has(self.${field}) || self.type != 'None'`,
    message: `${field} has no effect: type None creates no Service`,
    fieldPath: `.${field}`,
    check: ({ type, [field]: given }) =>
      problemIf(
        type === 'None' && given !== undefined,
        [field],
        'has no effect: type None creates no Service',
      ),
  }),
);

const loadBalancerAddress = rule<Service>({
  id: 'load-balancer-ip-address',
  scope: 'spec.service',
  reads: ['loadBalancerIP'],
  rule: '!has(self.loadBalancerIP) || isIP(self.loadBalancerIP)',
  message: 'loadBalancerIP is not an IP address, such as 192.0.2.10 or 2001:db8::10',
  messageExpression:
    "'loadBalancerIP \"' + self.loadBalancerIP + '\" is not an IP address, such as 192.0.2.10 or 2001:db8::10'",
  fieldPath: '.loadBalancerIP',
  check: ({ loadBalancerIP: given }) =>
    problemIf(
      given !== undefined && addressKind(given) === 'none',
      ['loadBalancerIP'],
      `${formatValue(given)} is not an IP address, such as 192.0.2.10 or 2001:db8::10`,
    ),
});

const RANGE = 'write an address and a prefix length, such as 10.0.0.0/8 or fd00::/8';

const sourceRanges = rule<Service>({
  id: 'load-balancer-source-ranges',
  scope: 'spec.service',
  reads: ['loadBalancerSourceRanges[?]'],
  rule: '!has(self.loadBalancerSourceRanges) || self.loadBalancerSourceRanges.all(r, isCIDR(r))',
  message: `an entry of loadBalancerSourceRanges is not a CIDR range: ${RANGE}`,
  fieldPath: '.loadBalancerSourceRanges',
  check: ({ loadBalancerSourceRanges = [] }) =>
    loadBalancerSourceRanges.flatMap((range, i) =>
      problemIf(
        !isCidr(range),
        ['loadBalancerSourceRanges', i],
        `${formatValue(range)} is not a CIDR range: ${RANGE}`,
      ),
    ),
});

const nodePortListener = rule<L4BalancerSpec>({
  id: 'node-ports-listener',
  scope: 'spec',
  reads: ['listeners[].name', 'service.nodePorts'],
  rule: '!has(self.service.nodePorts) || self.service.nodePorts.all(n, self.listeners.exists(l, l.name == n))',
  message: 'a key of nodePorts is not the name of a listener',
  messageExpression:
    '\'nodePorts has listener "%s", which is not in spec.listeners; available: %s\'.format([self.service.nodePorts.filter(n, !self.listeners.exists(l, l.name == n))[0], self.listeners.map(l, l.name)])',
  fieldPath: '.service.nodePorts',
  check: ({ listeners, service: { nodePorts = {} } }) => {
    const names = listeners.map(({ name }) => name);
    return Object.keys(nodePorts).flatMap((name) => {
      const meant = nearest(name, names);
      const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
      return problemIf(
        !names.includes(name),
        ['service', 'nodePorts', name],
        `${formatValue(name)} is not in spec.listeners; available: ${names.join(', ')}${hint}`,
      );
    });
  },
});

const nodePortUnique = rule<L4BalancerSpec>({
  id: 'node-ports-unique',
  scope: 'spec',
  reads: ['listeners[].name', 'listeners[].protocol', 'service.nodePorts'],
  rule: '!has(self.service.nodePorts) || self.listeners.all(l, !(l.name in self.service.nodePorts) || self.listeners.exists_one(m, m.protocol == l.protocol && m.name in self.service.nodePorts && self.service.nodePorts[m.name] == self.service.nodePorts[l.name]))',
  message: 'nodePorts assigns the same port to two listeners with the same protocol',
  fieldPath: '.service.nodePorts',
  check: ({ listeners, service: { nodePorts = {} } }) =>
    listeners.flatMap(({ name, protocol }, i) => {
      const port = nodePorts[name];
      const first = listeners.slice(0, i).find((other) => {
        return other.protocol === protocol && nodePorts[other.name] === port;
      });
      return problemIf(
        port !== undefined && first !== undefined,
        ['service', 'nodePorts', name],
        `${port} is already assigned to listener "${first?.name}" with ${protocol}`,
      );
    }),
});

/** The API server gives a node port to one Service only, whatever its protocol. */
const nodePortSeparate = rule<L4BalancerSpec>({
  id: 'node-ports-separate',
  scope: 'spec',
  reads: ['listeners[].name', 'listeners[].protocol', 'service.nodePorts', 'service.protocols'],
  rule: "!has(self.service.nodePorts) || !has(self.service.protocols) || self.service.protocols != 'Separate' || !self.listeners.exists(l, l.protocol == 'UDP' && l.name in self.service.nodePorts && self.listeners.exists(m, m.protocol != 'UDP' && m.name in self.service.nodePorts && self.service.nodePorts[m.name] == self.service.nodePorts[l.name]))",
  message:
    'nodePorts assigns the same port to listeners with TCP and with UDP, which is not possible in two Services: assign different ones, or omit protocols',
  fieldPath: '.service.nodePorts',
  check: ({ listeners, service: { nodePorts = {}, protocols } }) =>
    listeners
      .filter(({ protocol }) => protocols === 'Separate' && protocol === 'UDP')
      .flatMap(({ name }) => {
        const port = nodePorts[name];
        const other = listeners.find((one) => one.protocol !== 'UDP' && nodePorts[one.name] === port);
        return problemIf(
          port !== undefined && other !== undefined,
          ['service', 'nodePorts', name],
          `${port} is already assigned to listener "${other?.name}", which with protocols Separate is in another Service: assign another one, or omit protocols`,
        );
      }),
});

export const SERVICE_RULES = [
  ...ofType,
  ...mapsOfNone,
  ...choicesOfNone,
  loadBalancerAddress,
  sourceRanges,
  nodePortListener,
  nodePortUnique,
  nodePortSeparate,
];
