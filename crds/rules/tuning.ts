import { acceptorsOfCpu } from '../acceptors.ts';
import { formatValue } from '../format-value.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import { PRESETS, type Preset, type Resources } from '../presets.ts';
import { bytes, cpuMillis, type Quantity } from '../quantity.ts';
import { effectiveResources } from '../resources.ts';
import type { Sysctl, Tuning } from '../tuning.ts';
import { celText, problemIf, type Rule, rule } from './rule.ts';

const KINDS = [
  { kind: 'cpu', size: cpuMillis },
  { kind: 'memory', size: bytes },
] as const;

/** Everything that CPU and memory of the pods are derived from. */
const SIZING = [
  'capacity',
  'tuning.profile',
  'tuning.acceptors',
  'tuning.fileDescriptors',
  'workload.kind',
  'workload.replicas',
  'workload.autoscaling',
  'workload.resources',
];

/** Minimum memory for the proxy's runtime to start. */
const LEAST_MEMORY = '64Mi';

/**
 * In CEL: a value of the profile. A chain of conditionals, since the API server cannot estimate the size of
 * values in a map literal.
 */
const ofProfile = (value: (preset: Preset) => string): string => {
  const [last = '', ...others] = Object.entries(PRESETS)
    .map(([profile, preset]) => ({ profile, text: value(preset) }))
    .reverse()
    .map(({ profile, text }, i) =>
      i === 0 ? text : `self.tuning.profile == ${celText(profile)} ? ${text} : `,
    );
  return `(${others.reverse().join('')}${last})`;
};

const isGiven = (group: 'requests' | 'limits', kind: keyof Resources): string =>
  `(has(self.workload.resources) && has(self.workload.resources.${group}) && has(self.workload.resources.${group}.${kind}))`;

const given = (group: 'requests' | 'limits', kind: keyof Resources): string =>
  `string(self.workload.resources.${group}.${kind})`;

/**
 * In CEL: the effective limit of the pods. With a capacity and a request, it is the request, or one core if
 * that is more.
 */
const limitOf = (kind: keyof Resources): string =>
  `(${isGiven('limits', kind)} ? quantity(${given('limits', kind)}) : has(self.capacity) && ${isGiven('requests', kind)} ? quantity(${given('requests', kind)}) : ${ofProfile(({ limits }) => `quantity(${celText(limits[kind])})`)})`;

/** Where a limit comes from, in words. */
const limitInWords = (spec: L4BalancerSpec, kind: keyof Resources): string => {
  const { limits, requests } = spec.workload.resources ?? {};
  const own = limits?.[kind];
  if (own === undefined && spec.capacity !== undefined && requests?.[kind] !== undefined)
    return `workload.resources.requests.${kind} ${requests[kind]}`;
  return own === undefined
    ? `the ${kind} limit ${PRESETS[spec.tuning.profile].limits[kind]} of profile ${spec.tuning.profile}`
    : `workload.resources.limits.${kind} ${own}`;
};

const limitInCel = (kind: keyof Resources): string =>
  `(${isGiven('limits', kind)} ? 'workload.resources.limits.${kind} %s'.format([self.workload.resources.limits.${kind}]) : has(self.capacity) && ${isGiven('requests', kind)} ? 'workload.resources.requests.${kind} %s'.format([self.workload.resources.requests.${kind}]) : 'the ${kind} limit %s of profile %s'.format([${ofProfile(({ limits }) => celText(limits[kind]))}, self.tuning.profile]))`;

const acceptorsWithinLimit = rule<L4BalancerSpec>({
  id: 'acceptors-within-cpu-limit',
  scope: 'spec',
  reads: SIZING,
  rule: `!has(self.tuning.acceptors) || (has(self.capacity) && !${isGiven('limits', 'cpu')} && !${isGiven('requests', 'cpu')}) || self.tuning.acceptors == 1 || ${limitOf('cpu')}.sub(self.tuning.acceptors).compareTo(quantity('0')) >= 0`,
  message: 'acceptors are more than the whole cores of the CPU limit: raise the limit or lower acceptors',
  messageExpression: `'%d acceptors are more than the whole cores of %s: raise the limit or lower acceptors'.format([self.tuning.acceptors, ${limitInCel('cpu')}])`,
  fieldPath: '.tuning.acceptors',
  check: (spec) => {
    const { acceptors } = spec.tuning;
    const most = acceptorsOfCpu(effectiveResources(spec).limits.cpu);
    return problemIf(
      acceptors !== undefined && acceptors > most,
      ['tuning', 'acceptors'],
      `${acceptors} acceptors are more than the whole cores of ${limitInWords(spec, 'cpu')}: raise the limit or lower acceptors`,
    );
  },
});

const requestsWithinLimits: readonly Rule[] = KINDS.map(({ kind, size }) =>
  rule<L4BalancerSpec>({
    id: `${kind}-request-within-limit`,
    scope: 'spec',
    reads: SIZING,
    rule: `!${isGiven('requests', kind)} || quantity(${given('requests', kind)}).compareTo(${limitOf(kind)}) <= 0`,
    message: `the ${kind} request is above the ${kind} limit: lower it or raise the limit`,
    messageExpression: `'the ${kind} request %s is above %s: lower it or raise the limit'.format([self.workload.resources.requests.${kind}, ${limitInCel(kind)}])`,
    fieldPath: '.workload.resources.requests',
    check: (spec) => {
      const request = spec.workload.resources?.requests?.[kind];
      return problemIf(
        request !== undefined && size(request) > size(effectiveResources(spec).limits[kind]),
        ['workload', 'resources', 'requests', kind],
        `${formatValue(request)} is above ${limitInWords(spec, kind)}: lower it or raise the limit`,
      );
    },
  }),
);

type Limits = Readonly<Partial<Record<keyof Resources, Quantity>>>;

const cpuLimitAboveZero = rule<Limits>({
  id: 'cpu-limit-above-zero',
  scope: 'spec.workload.resources.limits',
  reads: ['cpu'],
  rule: "!has(self.cpu) || quantity(string(self.cpu)).compareTo(quantity('0')) > 0",
  message: 'a CPU limit of 0 leaves the proxy no CPU time: remove it to use the profile’s',
  fieldPath: '.cpu',
  check: ({ cpu }) =>
    problemIf(
      cpu !== undefined && cpuMillis(cpu) === 0,
      ['cpu'],
      `${formatValue(cpu)} leaves the proxy no CPU time: remove it to use the profile’s`,
    ),
});

const memoryLimitEnough = rule<Limits>({
  id: 'memory-limit-enough',
  scope: 'spec.workload.resources.limits',
  reads: ['memory'],
  rule: `!has(self.memory) || quantity(string(self.memory)).compareTo(quantity('${LEAST_MEMORY}')) >= 0`,
  message: `the memory limit is below ${LEAST_MEMORY}, which the proxy needs to start; is a unit such as Mi missing?`,
  fieldPath: '.memory',
  check: ({ memory }) =>
    problemIf(
      memory !== undefined && bytes(memory) < bytes(LEAST_MEMORY),
      ['memory'],
      `${formatValue(memory)} is below ${LEAST_MEMORY}, which the proxy needs to start; is a unit such as Mi missing?`,
    ),
});

const portRange = rule<Sysctl>({
  id: 'sysctl-port-range',
  scope: 'spec.tuning.sysctls[]',
  rule: "self.name != 'net.ipv4.ip_local_port_range' || (self.value.matches('^[0-9]{1,5}[ \\t][0-9]{1,5}$') && [self.value.replace('\\t', ' ').split(' ')].all(p, int(p[0]) > 0 && int(p[0]) < int(p[1]) && int(p[1]) < 65536))",
  message: 'a port range is two numbers separated by a space, the lower one first, such as "10240 65535"',
  fieldPath: '.value',
  check: ({ name, value }) =>
    problemIf(
      name === 'net.ipv4.ip_local_port_range' && !isPortRange(value),
      ['value'],
      `${formatValue(value)} is not a port range: write two numbers separated by a space, the lower one first, such as "10240 65535"`,
    ),
});

/** Sysctls of the guide and the profiles that are one integer; the kernel judges the values of others. */
const NUMBERS = [
  'net.core.somaxconn',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_tw_reuse',
];

const sysctlNumber = rule<Sysctl>({
  id: 'sysctl-number',
  scope: 'spec.tuning.sysctls[]',
  rule: `!(self.name in [${NUMBERS.map(celText).join(', ')}]) || self.value.matches('^[0-9]{1,10}$')`,
  message: 'the value of this sysctl must be one integer',
  fieldPath: '.value',
  check: ({ name, value }) =>
    problemIf(
      NUMBERS.includes(name) && !/^[0-9]{1,10}$/.test(value),
      ['value'],
      `${formatValue(value)} is not one integer, as ${name} requires`,
    ),
});

const isPortRange = (value: string): boolean => {
  if (!/^[0-9]{1,5}[ \t][0-9]{1,5}$/.test(value)) return false;
  const [low = 0, high = 0] = value.split(/[ \t]/).map(Number);
  return low > 0 && low < high && high < 65536;
};

const capabilitiesOnce = rule<Tuning>({
  id: 'capabilities-once',
  scope: 'spec.tuning',
  reads: ['capabilities[?]'],
  rule: '!has(self.capabilities) || self.capabilities.all(c, self.capabilities.exists_one(d, d == c))',
  message: 'a capability is listed twice',
  fieldPath: '.capabilities',
  check: ({ capabilities = [] }) =>
    capabilities.flatMap((capability, i) =>
      problemIf(
        capabilities.indexOf(capability) < i,
        ['capabilities', i],
        `${formatValue(capability)} is already listed`,
      ),
    ),
});

const hostNetworkSysctls = rule<Tuning>({
  id: 'host-network-sysctls',
  scope: 'spec.tuning',
  reads: ['profile', 'sysctls[?].name'],
  rule: "self.profile != 'HostNetwork' || !has(self.sysctls) || self.sysctls.all(s, !s.name.startsWith('net.'))",
  message: 'a pod on the host network cannot set net.* sysctls: set them on the node, or use profile Tuned',
  fieldPath: '.sysctls',
  check: ({ profile, sysctls = [] }) =>
    sysctls.flatMap(({ name }, i) =>
      problemIf(
        profile === 'HostNetwork' && name.startsWith('net.'),
        ['sysctls', i, 'name'],
        `${formatValue(name)} belongs to the node, and a pod on the host network cannot set net.* sysctls: set them on the node, or use profile Tuned`,
      ),
    ),
});

const hostNetworkReplicas = rule<L4BalancerSpec>({
  id: 'host-network-replicas',
  scope: 'spec',
  reads: ['tuning.profile', 'workload.replicas'],
  rule: "self.tuning.profile != 'HostNetwork' || self.workload.replicas <= 1",
  message:
    'profile HostNetwork allows one pod per node, as it uses the node’s ports: remove replicas, or use workload.kind DaemonSet for a pod on every node',
  fieldPath: '.workload.replicas',
  check: ({ tuning, workload }) =>
    problemIf(
      tuning.profile === 'HostNetwork' && workload.replicas > 1,
      ['workload', 'replicas'],
      `${workload.replicas} is too many: profile HostNetwork allows one pod per node, as it uses the node’s ports: remove replicas, or use workload.kind DaemonSet for a pod on every node`,
    ),
});

export const TUNING_RULES = [
  hostNetworkSysctls,
  hostNetworkReplicas,
  capabilitiesOnce,
  acceptorsWithinLimit,
  ...requestsWithinLimits,
  cpuLimitAboveZero,
  memoryLimitEnough,
  portRange,
  sysctlNumber,
];
