import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from './proc.ts';

const ESTABLISHED = '01'; // TCP_ESTABLISHED in include/net/tcp_states.h

/** Inodes of the established connections to the local `port`, from the text of /proc/net/tcp. */
export const socketsOf = (text: string, port: number): ReadonlySet<string> => {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[3] === ESTABLISHED && fields[1]?.endsWith(`:${hexadecimal}`)) inodes.add(fields[9] ?? '');
  }
  return inodes;
};

const isOneOf = (inodes: ReadonlySet<string>, link: string): boolean =>
  inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '-');

/** Number of client connections that each child of process `pid` holds open, according to the kernel. */
export const workersSpread = (pid: number, port: number): readonly number[] => {
  const inodes = socketsOf(readFileSync(`/proc/${pid}/net/tcp`, 'utf8'), port);
  return childrenOf(pid).map((child) => {
    const folder = `/proc/${child}/fd`;
    return readdirSync(folder).filter((fd) => isOneOf(inodes, readlinkSync(`${folder}/${fd}`))).length;
  });
};
