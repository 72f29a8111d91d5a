import type { Sysctl, Tuning } from './tuning.ts';

/** CPU and memory of a pod, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** What a profile sets where the resource says nothing. */
export interface Preset {
  readonly requests: Resources;
  readonly limits: Resources;
  readonly logLevel: NonNullable<Tuning['logLevel']>;
  readonly sysctls: readonly Sysctl[];
  readonly capabilities: NonNullable<Tuning['capabilities']>;
  /** Descriptors to ask for; without it the proxy takes the hard limit that it finds. */
  readonly fileDescriptors?: number;
}

/** Sysctls that every kubelet allows and Pod Security `restricted` admits. */
const SAFE: readonly Sysctl[] = [
  { name: 'net.ipv4.ip_local_port_range', value: '10240 65535' },
  { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
  { name: 'net.ipv4.tcp_fin_timeout', value: '15' },
  { name: 'net.ipv4.tcp_keepalive_time', value: '600' },
];

/** The only place with the profiles' numbers; Tuned is the production tuning guide. */
export const PRESETS: Readonly<Record<Tuning['profile'], Preset>> = {
  Restricted: {
    // A proxy with one acceptor holds some 145 to 170 MiB.
    requests: { cpu: '250m', memory: '192Mi' },
    limits: { cpu: '1', memory: '512Mi' },
    logLevel: 'info',
    sysctls: SAFE,
    capabilities: [],
  },
  Tuned: {
    requests: { cpu: '4', memory: '4Gi' },
    limits: { cpu: '8', memory: '8Gi' },
    logLevel: 'error',
    sysctls: [
      ...SAFE,
      { name: 'net.core.somaxconn', value: '65535' },
      { name: 'net.ipv4.tcp_tw_reuse', value: '1' },
    ],
    capabilities: ['SYS_RESOURCE'],
    fileDescriptors: 1_048_576,
  },
};
