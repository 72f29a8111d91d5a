import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';

const POLLOUT = 4;

/**
 * Tells of a descriptor whether writing to it would not block, waiting for that for up to `waitMs`
 * milliseconds. A pipe that can be written to takes 4096 bytes at least (PIPE_BUF). One whose reader has gone
 * can be written to as well: the write then fails at once.
 */
export const canWrite = (): ((fd: number, waitMs: number) => boolean) => {
  const poll = koffi.load(null).func('poll', 'int', ['uintptr_t', 'ulong', 'int']);
  const { view, address } = pinnedMemory(128); // struct pollfd { int fd; short events, revents }
  return (fd, waitMs) => {
    view.setInt32(0, fd, true);
    view.setInt16(4, POLLOUT, true);
    view.setInt16(6, 0, true);
    return poll(address, 1, waitMs) > 0;
  };
};
