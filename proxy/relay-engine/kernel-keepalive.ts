import { readFileSync } from 'node:fs';
import type { Keepalive } from '../configuration/listener-policy.ts';

const FOLDER = '/proc/sys/net/ipv4';
/** What every stock kernel has. */
const USUAL = { tcp_keepalive_time: 7200, tcp_keepalive_intvl: 75, tcp_keepalive_probes: 9 } as const;

const read = (name: keyof typeof USUAL): number => {
  try {
    return Number(readFileSync(`${FOLDER}/${name}`, 'utf8')) || USUAL[name];
  } catch {
    return USUAL[name]; // /proc is hidden
  }
};

/** Keepalive as this network namespace has it now. A socket that once had a value of its own cannot be told to follow the kernel's again, only be given them. */
export const readKernelKeepalive = (): Keepalive => ({
  timeSeconds: read('tcp_keepalive_time'),
  intervalSeconds: read('tcp_keepalive_intvl'),
  probes: read('tcp_keepalive_probes'),
});
