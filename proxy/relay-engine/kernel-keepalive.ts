import { readFileSync } from 'node:fs';
import type { Keepalive } from '../configuration/listener-policy.ts';

const FOLDER = '/proc/sys/net/ipv4';
/** The defaults of an unmodified kernel. */
const DEFAULTS = { tcp_keepalive_time: 7200, tcp_keepalive_intvl: 75, tcp_keepalive_probes: 9 } as const;

const read = (name: keyof typeof DEFAULTS): number => {
  try {
    return Number(readFileSync(`${FOLDER}/${name}`, 'utf8')) || DEFAULTS[name];
  } catch {
    return DEFAULTS[name]; // /proc is hidden
  }
};

/**
 * The keepalive settings of this network namespace now. A socket that was given a value of its own cannot be
 * switched back to following the kernel's; it can only be given a copy of them.
 */
export const readKernelKeepalive = (): Keepalive => ({
  timeSeconds: read('tcp_keepalive_time'),
  intervalSeconds: read('tcp_keepalive_intvl'),
  probes: read('tcp_keepalive_probes'),
});
