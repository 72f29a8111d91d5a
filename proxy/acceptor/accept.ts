import { EAGAIN, ECONNABORTED, EINTR, EMFILE, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN } from '../sys/sys.ts';
import { CLIENT } from './connections.ts';
import { type Acceptor, listenerToken } from './context.ts';
import { dial } from './dial.ts';
import { closeConnection, holdDescriptor } from './ending.ts';
import { watchSide } from './relay.ts';
import type { ServedListener } from './served-table.ts';
import { INTS } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Connections taken from one listener in one turn. */
const ACCEPTS_PER_TURN = 64;
/** How long accepting rests when descriptors or memory ran out: the kernel keeps the waiting clients queued. */
const PAUSE_TICKS = TimerWheel.ticks(100);

const begin = (acceptor: Acceptor, listener: ServedListener, fd: number): void => {
  const { connections, counters } = acceptor;
  holdDescriptor(acceptor, fd);
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

/** Whether a connection's two descriptors would be more than connections may hold. */
const isFull = ({ shared, table }: Acceptor): boolean =>
  Atomics.load(shared.held, 0) + 2 > table.descriptorLimit;

const resumed = (acceptor: Acceptor): void => {
  acceptor.toldPaused = false;
  acceptor.counters.set(INTS.Paused, 0);
  acceptor.tell({ type: 'Resumed' });
};

/** Takes connections from one listener; returns false when there are none left for now. */
export const acceptFrom = (acceptor: Acceptor, listener: ServedListener): boolean => {
  for (let taken = 0; taken < ACCEPTS_PER_TURN; taken++) {
    if (isFull(acceptor)) {
      pause(acceptor, EMFILE);
      return false;
    }
    const fd = acceptor.sys.accept(listener.fd);
    if (fd >= 0) {
      if (acceptor.toldPaused) resumed(acceptor);
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
  for (const [index, listener] of acceptor.table.listeners.entries()) {
    const token = listenerToken(index);
    const result = acceptor.sys.epollControl(acceptor.epoll, EPOLL_CTL_ADD, listener.fd, EPOLLIN, token);
    // A listener that nobody watches would lose its clients without a word; the acceptor's replacement tries again.
    if (result < 0) throw new Error(`LISTENER_NOT_WATCHED: epoll_ctl returned errno ${-result}`);
  }
};

export const unwatchListeners = (acceptor: Acceptor): void => {
  for (const listener of acceptor.table.listeners)
    acceptor.sys.epollControl(acceptor.epoll, EPOLL_CTL_DEL, listener.fd, 0, 0);
};

/** Out of descriptors or memory: a listener left in the epoll set would wake the loop without end. */
const pause = (acceptor: Acceptor, errno: number): void => {
  if (acceptor.pausedUntil === 0) unwatchListeners(acceptor);
  if (!acceptor.toldPaused) acceptor.tell({ type: 'Paused', errno });
  acceptor.toldPaused = true;
  acceptor.counters.set(INTS.Paused, 1);
  acceptor.pausedUntil = acceptor.now + PAUSE_TICKS;
};

/** Goes on accepting when the rest is over and there is room. */
export const resumeWhenRested = (acceptor: Acceptor): void => {
  if (acceptor.pausedUntil === 0 || acceptor.now < acceptor.pausedUntil || isFull(acceptor)) return;
  acceptor.pausedUntil = 0;
  watchListeners(acceptor);
};
