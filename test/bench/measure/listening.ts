import { readFileSync } from 'node:fs';

const LISTEN = '0A'; // TCP_LISTEN in include/net/tcp_states.h

/** Whether the text of /proc/net/tcp or tcp6 contains a listening socket on `port`. */
export const listensIn = (text: string, port: number): boolean => {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  return text.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hexadecimal}`) === true;
  });
};

/**
 * Whether any process listens on `port` in the network of process `pid`. Reads the kernel's tables, so that
 * no server sees a connection that is only a probe.
 */
export const listens = (pid: number, port: number): boolean =>
  ['tcp', 'tcp6'].some((file) => {
    try {
      return listensIn(readFileSync(`/proc/${pid}/net/${file}`, 'utf8'), port);
    } catch (error) {
      // A kernel without IPv6 has no tcp6; a process that has ended has neither.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EINVAL') return false;
      throw error;
    }
  });
