export type Role = 'client' | 'balancer' | 'endpoint';

/** How clients, balancer and endpoints reach each other. */
export interface Network {
  /** IPv4 address that a role has. */
  readonly address: Readonly<Record<Role, string>>;
  /** What is put before a command so that it runs where the role is. */
  inside(role: Role): readonly string[];
  /** The sysctls that matter, as the balancer has them. */
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Sysctls that are shown with the results. */
export const SHOWN_SYSCTLS: readonly string[] = [
  'net.core.somaxconn',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_tw_reuse',
];
