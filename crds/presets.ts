import type { Sysctl, Tuning } from './tuning.ts';

/** CPU and memory of a pod, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** What a profile sets unless the resource overrides it. */
export interface Preset {
  readonly requests: Resources;
  readonly limits: Resources;
  readonly logLevel: NonNullable<Tuning['logLevel']>;
  /** Set in the pod; on the host network, the values expected of the node's kernel. */
  readonly sysctls: readonly Sysctl[];
  readonly hostNetwork: boolean;
  readonly capabilities: NonNullable<Tuning['capabilities']>;
  /** File descriptor limit to set; without it the proxy uses the hard limit that it finds. */
  readonly fileDescriptors?: number;
}

/**
 * For a busy relay in any network namespace. Every kubelet allows them and Pod Security `restricted` admits
 * them.
 */
const RELAY: readonly Sysctl[] = [
  { name: 'net.ipv4.ip_local_port_range', value: '10240 65535' },
  { name: 'net.ipv4.tcp_fin_timeout', value: '15' },
  { name: 'net.ipv4.tcp_keepalive_time', value: '600' },
];

/** Lets the unprivileged proxy listen on ports below 1024; not appropriate for a whole node. */
const LOW_PORTS: Sysctl = { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' };

/** From the guide; unsafe sysctls in every version of Kubernetes. */
const GUIDE: readonly Sysctl[] = [
  { name: 'net.core.somaxconn', value: '65535' },
  { name: 'net.ipv4.tcp_tw_reuse', value: '1' },
];

/** The guide's pod, apart from its network. */
const GUIDE_POD = {
  requests: { cpu: '4', memory: '4Gi' },
  limits: { cpu: '8', memory: '8Gi' },
  logLevel: 'error',
  capabilities: ['SYS_RESOURCE'],
  fileDescriptors: 1_048_576,
} as const satisfies Partial<Preset>;

/** The single source of the profiles' values; Tuned is the production tuning guide. */
export const PRESETS: Readonly<Record<Tuning['profile'], Preset>> = {
  Restricted: {
    // A proxy with one acceptor uses 145 to 170 MiB.
    requests: { cpu: '250m', memory: '192Mi' },
    limits: { cpu: '1', memory: '512Mi' },
    logLevel: 'info',
    sysctls: [...RELAY, LOW_PORTS],
    hostNetwork: false,
    capabilities: [],
  },
  Tuned: {
    ...GUIDE_POD,
    capabilities: [...GUIDE_POD.capabilities],
    sysctls: [...RELAY, LOW_PORTS, ...GUIDE],
    hostNetwork: false,
  },
  HostNetwork: {
    ...GUIDE_POD,
    capabilities: [...GUIDE_POD.capabilities],
    sysctls: [...RELAY, ...GUIDE],
    hostNetwork: true,
  },
};
