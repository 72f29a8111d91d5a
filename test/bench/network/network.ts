export type Role = 'client' | 'balancer' | 'endpoint';

/** How clients, balancer and endpoints reach each other. */
export interface Network {
  /** IPv4 address of each role. */
  readonly address: Readonly<Record<Role, string>>;
  /** Prefix for a command so that it runs in the network of the role. */
  inside(role: Role): readonly string[];
  /** The relevant sysctls, with the values that the balancer has. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Sysctls that are shown with the results. */
export const SHOWN_SYSCTLS: readonly string[] = [
  'net.core.somaxconn',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_tw_reuse',
];
