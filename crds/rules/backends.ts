import type { Backend, HealthCheck, ServiceReference, StaticEndpoint } from '../backend.ts';
import { durationMs } from '../duration.ts';
import { show } from '../words.ts';
import { CEL_IS_ADDRESS, celIsNoOnes, kindOf, whyNoAddress } from './addresses.ts';
import { celIsDuration } from './durations.ts';
import { problemIf, rule } from './rule.ts';

const serviceOrEndpoints = rule<Backend>({
  id: 'backend-service-or-endpoints',
  scope: 'spec.backends[]',
  reads: ['name', 'service', 'endpoints'],
  rule: 'has(self.service) != has(self.endpoints)',
  message: 'give either service or endpoints',
  messageExpression:
    "'backend \"' + self.name + '\" has ' + (has(self.service) ? 'both service and endpoints: keep one' : 'neither service nor endpoints: give one')",
  check: ({ name, service, endpoints }) =>
    problemIf(
      (service === undefined) === (endpoints === undefined),
      [],
      service === undefined
        ? `backend "${name}" has neither service nor endpoints: give one`
        : `backend "${name}" has both service and endpoints: keep one`,
    ),
});

const quotedPort = rule<ServiceReference>({
  id: 'service-port-quoted',
  scope: 'spec.backends[].service',
  rule: "type(self.port) == int || !self.port.matches('^[0-9]+$')",
  message: 'port is a number in quotes, which would be looked up as a name; leave out the quotes',
  fieldPath: '.port',
  check: ({ port }) =>
    problemIf(
      typeof port === 'string' && /^[0-9]+$/.test(port),
      ['port'],
      `${show(port)} is a number in quotes, which would be looked up as a name; leave out the quotes`,
    ),
});

const NAMES = ', use a Service for those';

const endpointAddress = rule<StaticEndpoint>({
  id: 'endpoint-address-ip',
  scope: 'spec.backends[].endpoints[]',
  reads: ['address'],
  rule: CEL_IS_ADDRESS,
  message: `address is not an IP address; host names are not resolved${NAMES}`,
  messageExpression: `'"' + self.address + '" is not an IP address; host names are not resolved${NAMES}'`,
  fieldPath: '.address',
  check: ({ address }) => {
    const why = whyNoAddress(address, NAMES);
    return problemIf(why !== undefined, ['address'], why ?? '');
  },
});

const endpointUnicast = rule<StaticEndpoint>({
  id: 'endpoint-address-unicast',
  scope: 'spec.backends[].endpoints[]',
  reads: ['address'],
  rule: `!${celIsNoOnes('0[.]0[.]0[.]0')} && (!isIP(self.address) || !ip(self.address).isUnspecified())`,
  message: 'address is unspecified, multicast, broadcast or link-local: no TCP connection can go there',
  messageExpression:
    "'\"' + self.address + '\" is unspecified, multicast, broadcast or link-local: no TCP connection can go there'",
  fieldPath: '.address',
  check: ({ address }) =>
    problemIf(
      !['unicast', 'none'].includes(kindOf(address)),
      ['address'],
      `${show(address)} is ${kindOf(address)}: no TCP connection can go there`,
    ),
});

const someWeight = rule<Backend>({
  id: 'endpoints-some-weight',
  scope: 'spec.backends[]',
  reads: ['name', 'endpoints[].weight'],
  rule: '!has(self.endpoints) || self.endpoints.exists(e, e.weight > 0)',
  message: 'every endpoint has weight 0, so none would take connections',
  messageExpression:
    "'every endpoint of backend \"' + self.name + '\" has weight 0, so none would take connections'",
  fieldPath: '.endpoints',
  check: ({ name, endpoints }) =>
    problemIf(
      endpoints?.every(({ weight }) => weight === 0) ?? false,
      ['endpoints'],
      `every endpoint of backend "${name}" has weight 0, so none would take connections`,
    ),
});

/** What goes with one type of check alone; with another it would have no effect. */
const ONLY_WITH = [
  { field: 'http', type: 'HTTP', hint: '', isOlder: true },
  { field: 'tls', type: 'TLS', hint: '; an HTTP check over TLS has http.tls', isOlder: false },
  { field: 'grpc', type: 'GRPC', hint: '', isOlder: false },
] as const;

const onlyWithType = ONLY_WITH.map(({ field, type: wanted, hint, isOlder }) =>
  rule<HealthCheck>({
    id: `health-check-${field}-type`,
    ...(isOlder ? {} : { forStored: `${field} has no effect` }),
    scope: 'spec.backends[].healthCheck',
    reads: ['type', field],
    rule: `!has(self.${field}) || self.type == '${wanted}'`,
    message: `${field} is given, but type is another than ${wanted}: set type to ${wanted} or leave out ${field}${hint}`,
    messageExpression: `'${field} is given, but type is ' + self.type + ': set type to ${wanted} or leave out ${field}${hint}'`,
    fieldPath: `.${field}`,
    check: (healthCheck) =>
      problemIf(
        healthCheck[field] !== undefined && healthCheck.type !== wanted,
        [field],
        `is given, but type is ${healthCheck.type}: set type to ${wanted} or leave out ${field}${hint}`,
      ),
  }),
);

const pathFragment = rule<NonNullable<HealthCheck['http']>>({
  id: 'http-check-path-fragment',
  forStored: 'it is sent as it is',
  scope: 'spec.backends[].healthCheck.http',
  reads: ['path'],
  rule: "!self.path.contains('#')",
  message:
    'path has a fragment, which is for browsers and is not sent to servers: leave out "#" and what follows',
  messageExpression:
    '\'"\' + self.path + \'" has a fragment, which is for browsers and is not sent to servers: leave out "#" and what follows\'',
  fieldPath: '.path',
  check: ({ path }) =>
    problemIf(
      path.includes('#'),
      ['path'],
      `${show(path)} has a fragment, which is for browsers and is not sent to servers: leave out "#" and what follows`,
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
  pathFragment,
  timeoutWithinInterval,
];
