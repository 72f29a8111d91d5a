import type { ReadText } from './cpu-quota.ts';

/** The sysctls that affect a busy TCP relay; /status shows the effective value of each. */
export const WATCHED_SYSCTLS = [
  'net.core.somaxconn',
  'net.ipv4.tcp_tw_reuse',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_fin_timeout',
] as const;

/**
 * The value of a sysctl in the process's own network namespace, with single spaces between its parts;
 * undefined if it cannot be read.
 */
export const readSysctl = (read: ReadText, name: string): string | undefined => {
  if (!/^[a-z0-9._-]+$/.test(name)) return undefined;
  return read(`/proc/sys/${name.replaceAll('.', '/')}`)
    ?.trim()
    .replaceAll(/\s+/g, ' ');
};

/** Returns true if the requested value is the effective one; white space between parts is ignored. */
export const sysctlEquals = (requested: string, effective: string): boolean =>
  requested.trim().replaceAll(/\s+/g, ' ') === effective;
