import { EINTR } from '../../sys/sys.ts';
import type { Acceptor } from './context.ts';

/**
 * Sends a few bytes to a side of a connection that is not relayed yet. False if the kernel does not take all:
 * so little fits into the buffer of a peer that reads.
 */
export const tell = ({ sys, scratch }: Acceptor, fd: number, bytes: Uint8Array): boolean => {
  if (bytes.length === 0) return true;
  scratch.bytes.set(bytes);
  let sent: number;
  do sent = sys.send(fd, scratch.address, bytes.length, false);
  while (sent === -EINTR);
  return sent === bytes.length;
};

/** Takes the first `length` bytes off what a peer has sent; false when it has gone. */
export const drop = ({ sys, scratch }: Acceptor, fd: number, length: number): boolean => {
  for (let left = length; left > 0; ) {
    const read = sys.recv(fd, scratch.address, Math.min(left, scratch.bytes.length));
    if (read === -EINTR) continue;
    if (read <= 0) return false;
    left -= read;
  }
  return true;
};
