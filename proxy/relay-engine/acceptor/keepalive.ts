import type { Keepalive } from '../../configuration/listener-policy.ts';
import { IPPROTO_TCP, type Sys, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL } from '../../sys/sys.ts';

/** Each value with the socket's option for it. */
const OPTIONS = [
  ['timeSeconds', TCP_KEEPIDLE],
  ['intervalSeconds', TCP_KEEPINTVL],
  ['probes', TCP_KEEPCNT],
] as const;

/**
 * Sets the values that are not 0; for the others the kernel's defaults stay. If the kernel refuses one,
 * nothing else is affected.
 */
export const setKeepalive = (sys: Sys, fd: number, keepalive: Keepalive): void => {
  for (const [field, option] of OPTIONS)
    if (keepalive[field] > 0) sys.setOption(fd, IPPROTO_TCP, option, keepalive[field]);
};
