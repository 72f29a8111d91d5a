import koffi from 'koffi';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';

const PR_SET_TIMERSLACK = 29;
const SLACK_NS = 1_000;

/** epoll_pwait2(2): waits with a timeout in fractions of a millisecond, which epoll_wait does not support. */
export const preciseWait = (): ((
  epoll: number,
  events: number,
  most: number,
  timeoutMs: number,
) => number) => {
  const libc = koffi.load(null);
  const wait = libc.func('epoll_pwait2', 'int', ['int', 'uintptr_t', 'int', 'uintptr_t', 'uintptr_t']);
  const control = libc.func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
  control(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
  const { view, address } = pinnedMemory(16); // struct timespec { tv_sec, tv_nsec }
  return (epoll, events, most, timeoutMs) => {
    const ms = Math.max(0, timeoutMs);
    const seconds = Math.floor(ms / 1000);
    view.setUint32(0, seconds, true);
    view.setUint32(8, Math.floor((ms - seconds * 1000) * 1e6), true);
    return wait(epoll, events, most, address, 0);
  };
};
