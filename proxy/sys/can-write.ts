import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';

const POLLOUT = 4;

/**
 * Returns a function that checks if a descriptor can be written to without blocking. It waits up to `waitMs`
 * milliseconds for that. A writable pipe accepts at least 4096 bytes (PIPE_BUF). A pipe whose reader has gone
 * counts as writable, too: the write then fails at once.
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
