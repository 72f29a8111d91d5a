import { EEXIST, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN } from '../../sys/sys.ts';
import type { Acceptor } from './context.ts';
import { isFull } from './descriptor-room.ts';
import { listenerToken } from './event-tokens.ts';
import type { ServedListener } from './served-table.ts';
import { INTS } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/**
 * How long accepting pauses when descriptors or memory ran out; clients stay in the kernel's queue meanwhile.
 */
const PAUSE_TICKS = TimerWheel.ticks(100);
/**
 * How long after a pause nothing may fail before its end is reported. A lasting shortage fails again after
 * each pause, and so is reported once.
 */
const REPORT_TICKS = TimerWheel.ticks(1000);

/** Whether a listener takes clients now; during a pause only one that needs no descriptors for them does. */
export const isServed = (
  { pausedUntil }: Pick<Acceptor, 'pausedUntil'>,
  { needsDescriptors }: Pick<ServedListener, 'needsDescriptors'>,
): boolean => pausedUntil === 0 || !needsDescriptors;

/** Watches the listeners that take clients now, if they are not watched yet. */
export const watchListeners = (acceptor: Acceptor): void => {
  for (const [index, listener] of acceptor.table.listeners.entries()) {
    if (!isServed(acceptor, listener)) continue;
    const token = listenerToken(index);
    const result = acceptor.sys.epollControl(acceptor.epoll, EPOLL_CTL_ADD, listener.fd, EPOLLIN, token);
    if (result >= 0 || result === -EEXIST) continue;
    // The kernel is out of memory for it. An unwatched listener would silently lose its clients, so try again
    // later.
    pauseAccepting(acceptor, -result);
    return;
  }
};

const unwatch = ({ sys, epoll }: Acceptor, { fd }: ServedListener): void => {
  sys.epollControl(epoll, EPOLL_CTL_DEL, fd, 0, 0);
};

/** Unwatches the listeners that take clients now; a pause has unwatched the others. */
export const unwatchListeners = (acceptor: Acceptor): void => {
  for (const listener of acceptor.table.listeners)
    if (isServed(acceptor, listener)) unwatch(acceptor, listener);
};

/**
 * Out of descriptors or memory: listeners that need some for each client and stayed watched would wake the
 * loop without end.
 */
export const pauseAccepting = (acceptor: Acceptor, errno: number): void => {
  if (acceptor.pausedUntil === 0)
    for (const listener of acceptor.table.listeners)
      if (listener.needsDescriptors) unwatch(acceptor, listener);
  if (!acceptor.pauseReported) acceptor.notify({ type: 'Paused', errno });
  acceptor.pauseReported = true;
  acceptor.counters.set(INTS.Paused, errno);
  acceptor.counters.set(INTS.Taking, 0);
  acceptor.pausedUntil = acceptor.now + PAUSE_TICKS;
};

/** Reports that accepting goes on. */
export const reportResumed = (acceptor: Acceptor): void => {
  acceptor.pauseReported = false;
  acceptor.counters.set(INTS.Paused, 0);
  acceptor.notify({ type: 'Resumed' });
};

/**
 * Resumes accepting when the pause is over and there is room; and reports it once nothing has failed for a
 * while, even if no client comes.
 */
export const resumeAccepting = (acceptor: Acceptor): void => {
  if (acceptor.pausedUntil === 0) {
    if (acceptor.pauseReported && acceptor.now >= acceptor.resumeReportAt) reportResumed(acceptor);
    return;
  }
  if (acceptor.now < acceptor.pausedUntil || isFull(acceptor)) return;
  acceptor.pausedUntil = 0;
  acceptor.resumeReportAt = acceptor.now + REPORT_TICKS;
  acceptor.counters.set(INTS.Taking, 1);
  watchListeners(acceptor);
};
