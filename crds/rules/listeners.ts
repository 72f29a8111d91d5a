import { durationMs } from '../duration.ts';
import { formatValue } from '../format-value.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { Keepalive, Listener } from '../listener.ts';
import { backendsOfListener } from '../listener-backends.ts';
import { nearest } from '../nearest.ts';
import { addressProblem, CEL_IS_ADDRESS, celIsNotUnicast, kindOf } from './addresses.ts';
import { celIsDuration } from './durations.ts';
import { problemIf, rule } from './rule.ts';

const portUnique = rule<readonly Listener[]>({
  id: 'listener-port-unique',
  aboutPods: true,
  scope: 'spec.listeners',
  reads: ['[?].name', '[?].port', '[?].protocol'],
  rule: 'self.all(l, self.exists_one(m, m.port == l.port && m.protocol == l.protocol))',
  message: 'two listeners use the same port and protocol',
  messageExpression:
    "'the same port and protocol is used by listeners %s'.format([self.filter(l, !self.exists_one(m, m.port == l.port && m.protocol == l.protocol)).map(l, l.name)])",
  check: (listeners) =>
    listeners.flatMap(({ port, protocol }, i) => {
      const first = listeners.findIndex((other) => other.port === port && other.protocol === protocol);
      return problemIf(
        first < i,
        [i, 'port'],
        (lineOf) =>
          `${port} is already used by listener "${listeners[first]?.name}"${lineOf(['spec', 'listeners', first])} with ${protocol}`,
      );
    }),
});

const adminPort = rule<L4BalancerSpec>({
  id: 'listener-port-admin',
  aboutPods: true,
  scope: 'spec',
  reads: ['listeners[?].port', 'listeners[?].protocol', 'workload.adminPort'],
  rule: "self.listeners.all(l, l.protocol != 'TCP' || l.port != self.workload.adminPort)",
  message: "a listener uses the port of the proxy's admin endpoint (health, metrics): choose another port",
  messageExpression:
    "'port %d is used by the proxy\\'s admin endpoint (health, metrics): choose another port, or another workload.adminPort'.format([self.workload.adminPort])",
  fieldPath: '.listeners',
  check: ({ listeners, workload }) =>
    listeners.flatMap(({ port, protocol }, i) =>
      problemIf(
        protocol === 'TCP' && port === workload.adminPort,
        ['listeners', i, 'port'],
        `port ${port} is used by the proxy's admin endpoint (health, metrics): choose another port, or another workload.adminPort`,
      ),
    ),
});

const addressIsIp = rule<Listener>({
  id: 'listener-address-ip',
  scope: 'spec.listeners[]',
  reads: ['address'],
  rule: `!has(self.address) || ${CEL_IS_ADDRESS}`,
  message: 'address is not an IP address; host names are not resolved',
  messageExpression: "'\"' + self.address + '\" is not an IP address; host names are not resolved'",
  fieldPath: '.address',
  check: ({ address }) => {
    const why = address === undefined ? undefined : addressProblem(address);
    return problemIf(why !== undefined, ['address'], why ?? '');
  },
});

/** The kernel lets a socket bind to some of these addresses, but no client can connect to them. */
const addressIsUnicast = rule<Listener>({
  id: 'listener-address-unicast',
  scope: 'spec.listeners[]',
  reads: ['address'],
  rule: `!has(self.address) || !${celIsNotUnicast()}`,
  message: 'address is multicast, broadcast or link-local: clients cannot connect to it',
  messageExpression:
    "'\"' + self.address + '\" is multicast, broadcast or link-local: clients cannot connect to it'",
  fieldPath: '.address',
  check: ({ address = '' }) =>
    problemIf(
      ['multicast', 'broadcast', 'link-local'].includes(kindOf(address)),
      ['address'],
      `${formatValue(address)} is ${kindOf(address)}: clients cannot connect to it`,
    ),
});

const addressOfNode = rule<L4BalancerSpec>({
  id: 'listener-address-host-network',
  aboutPods: true,
  scope: 'spec',
  reads: ['listeners[?].address', 'tuning.profile'],
  rule: "self.tuning.profile == 'HostNetwork' || self.listeners.all(l, !has(l.address))",
  message:
    'a listener has an address, but that of a pod is not known in advance unless it is on the host network: remove the address, or use tuning.profile HostNetwork',
  fieldPath: '.listeners',
  check: ({ listeners, tuning }) =>
    listeners.flatMap(({ address }, i) =>
      problemIf(
        address !== undefined && tuning.profile !== 'HostNetwork',
        ['listeners', i, 'address'],
        `${formatValue(address)} is set, but the address of a pod is not known in advance unless it is on the host network: remove the address, or use tuning.profile HostNetwork`,
      ),
    ),
});

const backendExists = rule<L4BalancerSpec>({
  id: 'listener-backend-exists',
  scope: 'spec',
  reads: ['listeners[?].backend', 'backends[].name'],
  rule: 'self.listeners.all(l, !has(l.backend) || self.backends.exists(b, b.name == l.backend))',
  message: 'a listener refers to a backend that is not in spec.backends',
  messageExpression:
    '\'listener "%s" refers to backend "%s", which is not in spec.backends; available: %s\'.format([self.listeners.filter(l, has(l.backend) && !self.backends.exists(b, b.name == l.backend))[0].name, self.listeners.filter(l, has(l.backend) && !self.backends.exists(b, b.name == l.backend))[0].backend, self.backends.map(b, b.name)])',
  fieldPath: '.listeners',
  check: ({ listeners, backends }) => {
    const names = backends.map(({ name }) => name);
    return listeners.flatMap(({ backend }, i) => {
      if (backend === undefined) return [];
      const meant = nearest(backend, names);
      const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
      return problemIf(
        !names.includes(backend),
        ['listeners', i, 'backend'],
        `${formatValue(backend)} is not in spec.backends; available: ${names.join(', ')}${hint}`,
      );
    });
  },
});

const wholeSeconds = (['time', 'interval'] as const).map((field) =>
  rule<Keepalive>({
    id: `keepalive-${field}-seconds`,
    scope: 'spec.listeners[].timeouts.keepalive',
    reads: [field],
    rule: `!has(self.${field}) || !${celIsDuration(`self.${field}`)} || duration(self.${field}).getMilliseconds() % 1000 == 0`,
    message: `${field} is not in whole seconds: the kernel supports no fractions`,
    messageExpression: `'${field} ' + self.${field} + ' is not in whole seconds: the kernel supports no fractions'`,
    fieldPath: `.${field}`,
    check: ({ [field]: text }) =>
      problemIf(
        text !== undefined && durationMs(text) % 1000 !== 0,
        [field],
        `${text} is not in whole seconds: the kernel supports no fractions`,
      ),
  }),
);

/** Fields that apply to TCP only. */
const OF_TCP: readonly (readonly [path: string, id: string, fieldOf: (listener: Listener) => unknown])[] = [
  ['timeouts.halfClosed', 'half-closed-protocol', ({ timeouts }) => timeouts.halfClosed],
  ['timeouts.keepalive', 'keepalive-protocol', ({ timeouts }) => timeouts.keepalive],
  ['proxyProtocol', 'proxy-protocol-protocol', ({ proxyProtocol }) => proxyProtocol],
  ['tls', 'tls-protocol', ({ tls }) => tls],
];

const onlyWithTcp = OF_TCP.map(([path, id, fieldOf]) =>
  rule<Listener>({
    id,
    scope: 'spec.listeners[]',
    reads: ['protocol', path],
    rule: `!has(self.${path}) || self.protocol == 'TCP'`,
    message: `${path} requires protocol TCP: remove it`,
    messageExpression: `'${path} requires protocol TCP, but protocol is ' + self.protocol + ': remove it'`,
    fieldPath: `.${path}`,
    check: (listener) =>
      problemIf(
        fieldOf(listener) !== undefined && listener.protocol !== 'TCP',
        path.split('.'),
        `requires protocol TCP, but protocol is ${listener.protocol}: remove it`,
      ),
  }),
);

const UNPRIVILEGED = 'net.ipv4.ip_unprivileged_port_start';

const privilegedPort = rule<L4BalancerSpec>({
  id: 'listener-port-privileged',
  scope: 'spec',
  reads: ['listeners[?].port', 'tuning.sysctls'],
  rule: `!has(self.tuning.sysctls) || self.tuning.sysctls.all(s, s.name != '${UNPRIVILEGED}' || !s.value.matches('^[0-9]{1,5}$') || self.listeners.all(l, l.port >= int(s.value)))`,
  message: `a listener's port is below the sysctl ${UNPRIVILEGED}: the proxy does not run as root and could not listen on it`,
  fieldPath: '.listeners',
  check: ({ listeners, tuning }) => {
    const start = tuning.sysctls?.find(({ name }) => name === UNPRIVILEGED)?.value ?? '0';
    if (!/^[0-9]{1,5}$/.test(start)) return [];
    return listeners.flatMap(({ port }, i) =>
      problemIf(
        port < Number(start),
        ['listeners', i, 'port'],
        `${port} is below ${start}, to which tuning.sysctls sets ${UNPRIVILEGED}: the proxy does not run as root and could not listen on it`,
      ),
    );
  },
});

const privilegedAdminPort = rule<L4BalancerSpec>({
  id: 'admin-port-privileged',
  forStored: 'the pods do not become ready',
  aboutPods: true,
  scope: 'spec',
  reads: ['workload.adminPort', 'tuning.sysctls'],
  rule: `!has(self.tuning.sysctls) || self.tuning.sysctls.all(s, s.name != '${UNPRIVILEGED}' || !s.value.matches('^[0-9]{1,5}$') || self.workload.adminPort >= int(s.value))`,
  message: `the admin port is below the sysctl ${UNPRIVILEGED}: the proxy does not run as root and could not listen on it`,
  fieldPath: '.workload.adminPort',
  check: ({ workload, tuning }) => {
    const start = tuning.sysctls?.find(({ name }) => name === UNPRIVILEGED)?.value ?? '0';
    return problemIf(
      /^[0-9]{1,5}$/.test(start) && workload.adminPort < Number(start),
      ['workload', 'adminPort'],
      `${workload.adminPort} is below ${start}, to which tuning.sysctls sets ${UNPRIVILEGED}: the proxy does not run as root and could not listen on it`,
    );
  },
});

/**
 * Loopback addresses in their usual notations. A pattern would be shorter, but would exceed the API server's
 * cost limit for a rule over all endpoints.
 */
const LOOPBACK = {
  starts: ['127.', '::ffff:127.', '::FFFF:127.'],
  whole: ['::1', '0:0:0:0:0:0:0:1'],
};
const isLoopback = (address: string): boolean =>
  LOOPBACK.whole.includes(address) || LOOPBACK.starts.some((start) => address.startsWith(start));
const CEL_LOOPBACK = [
  ...LOOPBACK.whole.map((one) => `e.address == '${one}'`),
  ...LOOPBACK.starts.map((one) => `e.address.startsWith('${one}')`),
].join(' || ');

/** Whether connections of listener `l` may go to backend `b`. */
const CEL_HAS_BACKEND =
  '(has(l.backend) && l.backend == b.name) || (has(l.tls) && has(l.tls.routes) && l.tls.routes.exists(r, r.backend == b.name))';

const ownEndpoint = rule<L4BalancerSpec>({
  id: 'endpoint-is-listener',
  // The rule is in the first definition, but some notations of loopback addresses were added later.
  forStored: 'the endpoint is left out',
  scope: 'spec',
  reads: [
    'listeners[?].name',
    'listeners[?].port',
    'listeners[?].protocol',
    'listeners[?].backend',
    'listeners[?].tls.routes',
    'backends[?].name',
    'backends[?].endpoints[?].address',
    'backends[?].endpoints[?].port',
  ],
  rule: `['TCP', 'UDP'].map(p, self.listeners.filter(l, l.protocol == p)).all(same, self.backends.all(b, !has(b.endpoints) || !same.exists(l, ${CEL_HAS_BACKEND}) || b.endpoints.all(e, !(${CEL_LOOPBACK}) || !same.exists(l, l.port == e.port))))`,
  message:
    'an endpoint is a listener of this proxy (a loopback address with the port of a listener): connections would loop',
  fieldPath: '.backends',
  check: ({ listeners, backends }) =>
    backends.flatMap(({ name, endpoints = [] }, i) => {
      // Each protocol has its own ports, and an endpoint is reached by that of the listeners in front of it.
      const protocols = listeners
        .filter((listener) => backendsOfListener(listener).includes(name))
        .map(({ protocol }) => protocol);
      return endpoints.flatMap(({ address, port }, j) => {
        const same = listeners.find(
          (listener) => protocols.includes(listener.protocol) && listener.port === port,
        );
        return problemIf(
          same !== undefined && isLoopback(address),
          ['backends', i, 'endpoints', j],
          `${address} port ${port} is listener "${same?.name}" of this proxy: connections would loop`,
        );
      });
    }),
});

export const LISTENER_RULES = [
  portUnique,
  adminPort,
  addressIsIp,
  addressIsUnicast,
  addressOfNode,
  backendExists,
  ...wholeSeconds,
  ...onlyWithTcp,
  privilegedPort,
  privilegedAdminPort,
  ownEndpoint,
];
