import { readFileSync } from 'node:fs';

/**
 * States of sockets that take what comes from anyone: TCP_LISTEN, and TCP_CLOSE for UDP sockets without a
 * peer (include/net/tcp_states.h).
 */
const STATES = { tcp: '0A', udp: '07' } as const;

/** Whether the text of /proc/net/tcp, udp or their tables for IPv6 contains such a socket on `port`. */
export const listensIn = (text: string, port: number, protocol: keyof typeof STATES): boolean => {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  return text.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === STATES[protocol] && local?.endsWith(`:${hexadecimal}`) === true;
  });
};

/**
 * Whether any process listens on `port` in the network of process `pid`. Reads the kernel's tables, so that
 * no server sees a connection that is only a probe.
 */
export const listens = (pid: number, port: number, protocol: keyof typeof STATES): boolean =>
  [protocol, `${protocol}6`].some((file) => {
    try {
      return listensIn(readFileSync(`/proc/${pid}/net/${file}`, 'utf8'), port, protocol);
    } catch (error) {
      // A kernel without IPv6 has no tables for it; a process that has ended has none.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EINVAL') return false;
      throw error;
    }
  });
