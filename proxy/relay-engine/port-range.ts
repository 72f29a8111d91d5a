import { readFileSync } from 'node:fs';
import type { PortRange } from './acceptor/source-ports.ts';

const FOLDER = '/proc/sys/net/ipv4';
/** The defaults of an unmodified kernel. */
const DEFAULTS = { low: 32768, high: 60999 };

const read = (name: string): string => {
  try {
    return readFileSync(`${FOLDER}/${name}`, 'utf8').trim();
  } catch {
    return ''; // /proc is hidden
  }
};

/** Parses a list such as `8080,40000-40010` and returns the ports that are in the range. */
export const reservedPorts = (
  list: string,
  { low, high }: Pick<PortRange, 'low' | 'high'>,
): readonly number[] =>
  list.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map((text) => Number.parseInt(text, 10));
    const from = Math.max(low, first);
    return Array.from(
      { length: Math.max(0, Math.min(high, last) - from + 1) || 0 },
      (_, index) => from + index,
    );
  });

/** The ephemeral ports of this network namespace. */
export const readPortRange = (): PortRange => {
  const [low = 0, high = 0] = read('ip_local_port_range').split(/\s+/).map(Number);
  const range = low > 0 && high >= low ? { low, high } : DEFAULTS;
  return {
    ...range,
    reused: read('tcp_tw_reuse') === '1',
    reserved: reservedPorts(read('ip_local_reserved_ports'), range),
  };
};

/** How many source ports connections to one endpoint can use at the same time. */
export const sourcePortCount = ({ low, high, reserved = [] }: PortRange): number =>
  high - low + 1 - reserved.length;
