import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A TCP socket as the kernel reports it. */
export interface TcpSocket {
  readonly localPort: number;
  readonly state: 'Established' | 'Listening' | 'Other';
  /** Bytes that its peer has not acknowledged. */
  readonly unacknowledged: number;
  /** The link target of its descriptor; `socket:[0]` if no process holds the socket any more. */
  readonly link: string;
}

const STATES: Readonly<Record<string, TcpSocket['state']>> = { '01': 'Established', '0A': 'Listening' };

const hexadecimal = (text: string | undefined): number => Number.parseInt(text ?? '', 16);

/** All TCP sockets in the network namespace of a process. */
export const tcpSockets = (pid: number | 'self' = 'self'): readonly TcpSocket[] =>
  ['tcp', 'tcp6']
    .flatMap((file) => readFileSync(`/proc/${pid}/net/${file}`, 'utf8').trim().split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/))
    .map(([, local = '', , state = '', queues = '', , , , , inode = '']) => ({
      localPort: hexadecimal(local.split(':')[1]),
      state: STATES[state] ?? 'Other',
      unacknowledged: hexadecimal(queues.split(':')[0]),
      link: `socket:[${inode}]`,
    }));

/** The link target of each descriptor of a process. */
export const descriptorLinks = (pid: number | 'self' = 'self'): ReadonlyMap<number, string> => {
  const links = new Map<number, string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`))
    try {
      links.set(Number(fd), readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // It was closed in the meantime, as the directory's own descriptor is.
    }
  return links;
};

/** The listening descriptors of a process, with the port of each. */
export const listeningDescriptors = (pid: number | 'self' = 'self'): ReadonlyMap<number, number> => {
  const listening = new Map(
    tcpSockets(pid)
      .filter(({ state }) => state === 'Listening')
      .map(({ link, localPort }) => [link, localPort]),
  );
  return new Map(
    [...descriptorLinks(pid)].flatMap(([fd, link]) => {
      const port = listening.get(link);
      return port === undefined ? [] : [[fd, port]];
    }),
  );
};
