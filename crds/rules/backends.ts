import type { Backend, HealthCheck, ServiceReference, StaticEndpoint } from '../backend.ts';
import { durationMs } from '../duration.ts';
import { formatValue } from '../format-value.ts';
import { addressProblem, CEL_IS_ADDRESS, celIsNotUnicast, kindOf } from './addresses.ts';
import { celIsDuration } from './durations.ts';
import { problemIf, rule } from './rule.ts';

const serviceOrEndpoints = rule<Backend>({
  id: 'backend-service-or-endpoints',
  scope: 'spec.backends[]',
  reads: ['name', 'service', 'endpoints'],
  rule: 'has(self.service) != has(self.endpoints)',
  message: 'set either service or endpoints',
  messageExpression:
    "'backend \"' + self.name + '\" has ' + (has(self.service) ? 'both service and endpoints: remove one' : 'neither service nor endpoints: set one')",
  check: ({ name, service, endpoints }) =>
    problemIf(
      (service === undefined) === (endpoints === undefined),
      [],
      service === undefined
        ? `backend "${name}" has neither service nor endpoints: set one`
        : `backend "${name}" has both service and endpoints: remove one`,
    ),
});

const quotedPort = rule<ServiceReference>({
  id: 'service-port-quoted',
  scope: 'spec.backends[].service',
  rule: "type(self.port) == int || !self.port.matches('^[0-9]+$')",
  message: 'port is a number in quotes, which would be taken for a port name: remove the quotes',
  fieldPath: '.port',
  check: ({ port }) =>
    problemIf(
      typeof port === 'string' && /^[0-9]+$/.test(port),
      ['port'],
      `${formatValue(port)} is a number in quotes, which would be taken for a port name: remove the quotes`,
    ),
});

const NAMES = ': use a Service for those';

const endpointAddress = rule<StaticEndpoint>({
  id: 'endpoint-address-ip',
  scope: 'spec.backends[].endpoints[]',
  reads: ['address'],
  rule: CEL_IS_ADDRESS,
  message: `address is not an IP address; host names are not resolved${NAMES}`,
  messageExpression: `'"' + self.address + '" is not an IP address; host names are not resolved${NAMES}'`,
  fieldPath: '.address',
  check: ({ address }) => {
    const why = addressProblem(address, NAMES);
    return problemIf(why !== undefined, ['address'], why ?? '');
  },
});

const endpointUnicast = rule<StaticEndpoint>({
  id: 'endpoint-address-unicast',
  scope: 'spec.backends[].endpoints[]',
  reads: ['address'],
  rule: `!${celIsNotUnicast('0[.]0[.]0[.]0')} && (!isIP(self.address) || !ip(self.address).isUnspecified())`,
  message: 'address is unspecified, multicast, broadcast or link-local: no connection to it is possible',
  messageExpression:
    "'\"' + self.address + '\" is unspecified, multicast, broadcast or link-local: no connection to it is possible'",
  fieldPath: '.address',
  check: ({ address }) =>
    problemIf(
      !['unicast', 'none'].includes(kindOf(address)),
      ['address'],
      `${formatValue(address)} is ${kindOf(address)}: no connection to it is possible`,
    ),
});

const someWeight = rule<Backend>({
  id: 'endpoints-some-weight',
  scope: 'spec.backends[]',
  reads: ['name', 'endpoints[].weight'],
  rule: '!has(self.endpoints) || self.endpoints.exists(e, e.weight > 0)',
  message: 'every endpoint has weight 0, so none would receive connections',
  messageExpression:
    "'every endpoint of backend \"' + self.name + '\" has weight 0, so none would receive connections'",
  fieldPath: '.endpoints',
  check: ({ name, endpoints }) =>
    problemIf(
      endpoints?.every(({ weight }) => weight === 0) ?? false,
      ['endpoints'],
      `every endpoint of backend "${name}" has weight 0, so none would receive connections`,
    ),
});

/** Fields that apply to one type of check only; with another they would have no effect. */
const ONLY_WITH = [
  { field: 'http', type: 'HTTP', hint: '', wasAccepted: false },
  { field: 'tls', type: 'TLS', hint: '; for an HTTP check over TLS use http.tls', wasAccepted: true },
  { field: 'grpc', type: 'GRPC', hint: '', wasAccepted: true },
  { field: 'udp', type: 'UDP', hint: '', wasAccepted: false },
] as const;

const onlyWithType = ONLY_WITH.map(({ field, type: required, hint, wasAccepted }) =>
  rule<HealthCheck>({
    id: `health-check-${field}-type`,
    ...(wasAccepted ? { forStored: `${field} has no effect` } : {}),
    scope: 'spec.backends[].healthCheck',
    reads: ['type', field],
    rule: `!has(self.${field}) || self.type == '${required}'`,
    message: `${field} is set, but type is not ${required}: set type to ${required} or remove ${field}${hint}`,
    messageExpression: `'${field} is set, but type is ' + self.type + ': set type to ${required} or remove ${field}${hint}'`,
    fieldPath: `.${field}`,
    check: (healthCheck) =>
      problemIf(
        healthCheck[field] !== undefined && healthCheck.type !== required,
        [field],
        `is set, but type is ${healthCheck.type}: set type to ${required} or remove ${field}${hint}`,
      ),
  }),
);

const PORT_OF_ICMP =
  'port has no effect with type ICMP, which has no ports: remove port, or choose another type';

const icmpPort = rule<HealthCheck>({
  id: 'health-check-icmp-port',
  scope: 'spec.backends[].healthCheck',
  reads: ['type', 'port'],
  rule: "!has(self.port) || self.type != 'ICMP'",
  message: PORT_OF_ICMP,
  fieldPath: '.port',
  check: ({ type, port }) =>
    problemIf(type === 'ICMP' && port !== undefined, ['port'], PORT_OF_ICMP.replace('port ', '')),
});

const pathFragment = rule<NonNullable<HealthCheck['http']>>({
  id: 'http-check-path-fragment',
  forStored: 'it is sent unchanged',
  scope: 'spec.backends[].healthCheck.http',
  reads: ['path'],
  rule: "!self.path.contains('#')",
  message: 'path has a fragment, which is never sent to servers: remove "#" and what follows',
  messageExpression:
    '\'"\' + self.path + \'" has a fragment, which is never sent to servers: remove "#" and what follows\'',
  fieldPath: '.path',
  check: ({ path }) =>
    problemIf(
      path.includes('#'),
      ['path'],
      `${formatValue(path)} has a fragment, which is never sent to servers: remove "#" and what follows`,
    ),
});

const timeoutWithinInterval = rule<HealthCheck>({
  id: 'health-check-timeout',
  scope: 'spec.backends[].healthCheck',
  reads: ['interval', 'timeout'],
  rule: `!${celIsDuration('self.timeout')} || !${celIsDuration('self.interval')} || duration(self.timeout) <= duration(self.interval)`,
  message: 'timeout is longer than interval',
  messageExpression: "'timeout ' + self.timeout + ' is longer than interval ' + self.interval",
  fieldPath: '.timeout',
  check: ({ interval, timeout }) =>
    problemIf(
      durationMs(timeout) > durationMs(interval),
      ['timeout'],
      `${timeout} is longer than interval ${interval}`,
    ),
});

export const BACKEND_RULES = [
  serviceOrEndpoints,
  quotedPort,
  endpointAddress,
  endpointUnicast,
  someWeight,
  ...onlyWithType,
  icmpPort,
  pathFragment,
  timeoutWithinInterval,
];
