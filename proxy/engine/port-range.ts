import { readFileSync } from 'node:fs';
import type { PortRange } from '../acceptor/source-ports.ts';

const FOLDER = '/proc/sys/net/ipv4';
/** What every stock kernel has. */
const USUAL = { low: 32768, high: 60999 };

const read = (name: string): string => {
  try {
    return readFileSync(`${FOLDER}/${name}`, 'utf8').trim();
  } catch {
    return ''; // /proc is hidden
  }
};

/** The ephemeral ports of this network namespace. */
export const readPortRange = (): PortRange => {
  const [low = 0, high = 0] = read('ip_local_port_range').split(/\s+/).map(Number);
  const range = low > 0 && high >= low ? { low, high } : USUAL;
  return { ...range, reused: read('tcp_tw_reuse') === '1' };
};
