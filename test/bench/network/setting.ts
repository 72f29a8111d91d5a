/** The network of clients, balancer and endpoints, and the balancer's sysctls. */
export type Setting =
  | { readonly network: 'loopback' }
  | { readonly network: 'namespaces'; readonly sysctls: SysctlSet };

export type SysctlSet = 'default' | 'guide';

/** The sysctls of the tuning guide that the bench sets. */
export const GUIDE: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_tw_reuse': '1',
  'net.core.somaxconn': '65535',
};

export const settingName = (setting: Setting): string =>
  setting.network === 'loopback' ? 'loopback' : `namespaces, ${setting.sysctls} sysctls`;

/**
 * All requested settings. On loopback the machine's own sysctls are in effect, since a bench changes nothing
 * outside of its own namespaces. TIME_WAIT does not matter there (tcp_tw_reuse is 2: enabled for loopback).
 */
export const settingsFor = (
  network: 'loopback' | 'namespaces' | 'both',
  sysctls: SysctlSet | 'both',
): readonly Setting[] => {
  const sets: readonly SysctlSet[] = sysctls === 'both' ? ['default', 'guide'] : [sysctls];
  return [
    ...(network === 'namespaces' ? [] : [{ network: 'loopback' } as const]),
    ...(network === 'loopback' ? [] : sets.map((set) => ({ network: 'namespaces', sysctls: set }) as const)),
  ];
};
