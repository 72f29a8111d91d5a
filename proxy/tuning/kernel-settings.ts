import type { ReadText } from './cpu-quota.ts';

/** The sysctls that a busy TCP relay feels; /status shows each with what is in effect. */
export const WATCHED_SYSCTLS = [
  'net.core.somaxconn',
  'net.ipv4.tcp_tw_reuse',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_fin_timeout',
] as const;

/** The value of a sysctl in the process's own network namespace, its parts one space apart; undefined where it is hidden. */
export const readSysctl = (read: ReadText, name: string): string | undefined => {
  if (!/^[a-z0-9._-]+$/.test(name)) return undefined;
  return read(`/proc/sys/${name.replaceAll('.', '/')}`)
    ?.trim()
    .replaceAll(/\s+/g, ' ');
};

/** Whether a value asked for is the one in effect; white space between parts does not count. */
export const sysctlEquals = (asked: string, effective: string): boolean =>
  asked.trim().replaceAll(/\s+/g, ' ') === effective;
