import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const STATES: Readonly<Record<string, string>> = { '01': 'established', '0A': 'listening' };

/** TCP sockets of a process's network by inode: local port and state. */
const tcpSockets = (pid: number): ReadonlyMap<string, { readonly port: number; readonly state: string }> =>
  new Map(
    ['tcp', 'tcp6']
      .flatMap((file) => readFileSync(`/proc/${pid}/net/${file}`, 'utf8').trim().split('\n').slice(1))
      .map((row) => row.trim().split(/\s+/))
      .map(([, local = '', , state = '', , , , , , inode = '']) => [
        `socket:[${inode}]`,
        { port: Number.parseInt(local.split(':')[1] ?? '', 16), state: STATES[state] ?? 'in another state' },
      ]),
  );

/**
 * How many descriptors of each kind a process has: what the kernel counts, not the process itself. Without files, of which Node reads some when it
 * likes, and without connections to `adminPort`, which come and go with who asks.
 */
export const descriptorsOf = (pid: number, adminPort: number): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  const sockets = tcpSockets(pid);
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let what: string;
    try {
      what = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      continue; // closed since
    }
    const tcp = sockets.get(what);
    if (what.startsWith('/') || (tcp?.port === adminPort && tcp.state !== 'listening')) continue;
    const kind = tcp === undefined ? what.replace(/\[\d+\]/, '') : `TCP socket, ${tcp.state}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};
