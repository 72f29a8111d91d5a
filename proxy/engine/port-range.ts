import { readFileSync } from 'node:fs';
import type { PortRange } from '../acceptor/source-ports.ts';

const FILE = '/proc/sys/net/ipv4/ip_local_port_range';
/** What every stock kernel has. */
const USUAL: PortRange = { low: 32768, high: 60999 };

/** The ephemeral ports of this network namespace. */
export const readPortRange = (): PortRange => {
  try {
    const [low, high] = readFileSync(FILE, 'utf8').trim().split(/\s+/).map(Number);
    return low !== undefined && high !== undefined && low > 0 && high >= low ? { low, high } : USUAL;
  } catch {
    return USUAL; // /proc is hidden; the kernel refuses what is not there
  }
};
