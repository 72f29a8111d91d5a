/** Where clients, balancer and endpoints are, and which sysctls the balancer has. */
export type Setting =
  | { readonly place: 'loopback' }
  | { readonly place: 'namespaces'; readonly sysctls: SysctlSet };

export type SysctlSet = 'default' | 'guide';

/** What the tuning guide asks of the kernel, as far as it is set here. */
export const GUIDE: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_tw_reuse': '1',
  'net.core.somaxconn': '65535',
};

export const settingName = (setting: Setting): string =>
  setting.place === 'loopback' ? 'loopback' : `namespaces, ${setting.sysctls} sysctls`;

/**
 * Every setting that was asked for. On loopback the machine's own sysctls hold: a bench changes nothing
 * outside of namespaces that it made, and there TIME_WAIT is no obstacle (tcp_tw_reuse is 2: on for
 * loopback).
 */
export const settingsFor = (
  place: 'loopback' | 'namespaces' | 'both',
  sysctls: SysctlSet | 'both',
): readonly Setting[] => {
  const sets: readonly SysctlSet[] = sysctls === 'both' ? ['default', 'guide'] : [sysctls];
  return [
    ...(place === 'namespaces' ? [] : [{ place: 'loopback' } as const]),
    ...(place === 'loopback' ? [] : sets.map((set) => ({ place: 'namespaces', sysctls: set }) as const)),
  ];
};
