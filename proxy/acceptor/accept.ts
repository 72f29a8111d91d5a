import { EAGAIN, ECONNABORTED, EINTR, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN } from '../sys/sys.ts';
import { CLIENT } from './connections.ts';
import { type Acceptor, listenerToken } from './context.ts';
import { dial } from './dial.ts';
import { closeConnection } from './ending.ts';
import { watchSide } from './relay.ts';
import type { ServedListener } from './served-table.ts';
import { INTS, TOTALS } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Connections taken from one listener in one turn. */
const ACCEPTS_PER_TURN = 64;
/** How long accepting rests when descriptors or memory ran out: the kernel keeps the waiting clients queued. */
const PAUSE_TICKS = TimerWheel.ticks(100);

const begin = (acceptor: Acceptor, listener: ServedListener, fd: number): void => {
  const { connections, counters } = acceptor;
  acceptor.shared.owners[fd] = acceptor.index + 1;
  const connection = connections.take();
  connections.fd[connection * 2 + CLIENT] = fd;
  connections.listenerSlot[connection] = listener.slot;
  connections.backendSlot[connection] = listener.backendSlot;
  connections.idleTicks[connection] = listener.idleTicks;
  connections.lastActive[connection] = acceptor.now;
  counters.accepted(listener.slot);
  if (watchSide(acceptor, connection, CLIENT, fd) < 0) {
    closeConnection(acceptor, connection, 'NoDescriptors');
    return;
  }
  dial(acceptor, connection);
};

/** Takes connections from one listener; returns false when there are none left for now. */
export const acceptFrom = (acceptor: Acceptor, listener: ServedListener): boolean => {
  for (let taken = 0; taken < ACCEPTS_PER_TURN; taken++) {
    const fd = acceptor.sys.accept(listener.fd);
    if (fd >= 0) {
      begin(acceptor, listener, fd);
      continue;
    }
    if (fd === -EAGAIN) return false;
    if (fd === -ECONNABORTED || fd === -EINTR) continue;
    pause(acceptor, -fd);
    return false;
  }
  return true;
};

export const watchListeners = (acceptor: Acceptor): void => {
  for (const [index, listener] of acceptor.table.listeners.entries())
    acceptor.sys.epollControl(acceptor.epoll, EPOLL_CTL_ADD, listener.fd, EPOLLIN, listenerToken(index));
};

export const unwatchListeners = (acceptor: Acceptor): void => {
  for (const listener of acceptor.table.listeners)
    acceptor.sys.epollControl(acceptor.epoll, EPOLL_CTL_DEL, listener.fd, 0, 0);
};

/** Out of descriptors or memory: a listener left in the epoll set would wake the loop without end. */
const pause = (acceptor: Acceptor, errno: number): void => {
  acceptor.counters.add(TOTALS.AcceptFailures);
  if (acceptor.pausedUntil === 0) {
    unwatchListeners(acceptor);
    acceptor.counters.set(INTS.AcceptPaused, 1);
    acceptor.tell({ type: 'Paused', errno });
  }
  acceptor.pausedUntil = acceptor.now + PAUSE_TICKS;
};

/** Goes on accepting when the rest is over. */
export const resumeWhenRested = (acceptor: Acceptor): void => {
  if (acceptor.pausedUntil === 0 || acceptor.now < acceptor.pausedUntil) return;
  acceptor.pausedUntil = 0;
  watchListeners(acceptor);
  acceptor.counters.set(INTS.AcceptPaused, 0);
  acceptor.tell({ type: 'Resumed' });
};
