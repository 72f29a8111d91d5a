import { readSocketAddress } from '../../sys/socket-address.ts';
import { EAGAIN, ECONNABORTED, EINTR, EMFILE, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN } from '../../sys/sys.ts';
import { CLIENT } from './connections.ts';
import { type Acceptor, listenerToken } from './context.ts';
import { dial } from './dial.ts';
import { holdDescriptor, resetConnection } from './ending.ts';
import { handOver, leastLoaded, takeOver } from './hand-over.ts';
import { watchClient } from './relay.ts';
import { backendOf, type ServedListener } from './served-table.ts';
import { INTS } from './shared-memory.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Connections taken from one listener in one turn. */
const ACCEPTS_PER_TURN = 64;
/** How long accepting rests when descriptors or memory ran out: the kernel keeps the waiting clients queued. */
const PAUSE_TICKS = TimerWheel.ticks(100);
/** How long nothing may have failed after a rest until it counts as over: a shortage that lasts fails after each. */
const CALM_TICKS = TimerWheel.ticks(1000);

/** A client's descriptor that this acceptor holds becomes a connection; `arrival` says where the client is. */
const begin = (
  acceptor: Acceptor,
  fd: number,
  listenerSlot: number,
  backendSlot: number,
  idleTicks: number,
  halfClosedTicks: number,
): void => {
  const { connections, counters, arrival } = acceptor;
  const connection = connections.take();
  connections.fd[connection * 2 + CLIENT] = fd;
  connections.listenerSlot[connection] = listenerSlot;
  connections.backendSlot[connection] = backendSlot;
  connections.idleTicks[connection] = idleTicks;
  connections.halfClosedTicks[connection] = halfClosedTicks;
  connections.lastActive[connection] = acceptor.now;
  connections.began[connection] = acceptor.nowMs;
  connections.clientPort[connection] = arrival.port;
  for (let i = 0; i < 16; i++) connections.clientAddress[connection * 16 + i] = arrival.address[i] as number;
  counters.opened(listenerSlot, connections.open);
  if (watchClient(acceptor, connection, fd) < 0) {
    resetConnection(acceptor, connection, CLIENT, 'NoDescriptors');
    return;
  }
  const backend = acceptor.table.backends.get(backendSlot);
  if (backend !== undefined) acceptor.budget.earn(backendSlot, backend.retryBudgetPercent);
  dial(acceptor, connection, backend ?? acceptor.table.gone.get(backendSlot));
  // What failed at once was tried again at once. It gets no attempt later: the slot may be another backend's by then.
  if (backend === undefined) connections.backendSlot[connection] = -1;
};

const arrive = (acceptor: Acceptor, listener: ServedListener, fd: number, mayHandOver: boolean): void => {
  const { arrival, socketAddress } = acceptor;
  holdDescriptor(acceptor, fd);
  acceptor.counters.accepted(listener.slot);
  arrival.port = readSocketAddress(socketAddress.bytes, arrival.address, 0);
  if (mayHandOver && acceptor.acceptors > 1) {
    const to = leastLoaded(acceptor);
    if (to !== acceptor.index && handOver(acceptor, to, fd, listener)) return;
  }
  const { slot, backendSlot, idleTicks, halfClosedTicks } = listener;
  begin(acceptor, fd, slot, backendSlot, idleTicks, halfClosedTicks);
};

/** Takes the connections that other acceptors have left for this one. */
export const takeMail = (acceptor: Acceptor): void => {
  const { parcel } = acceptor;
  acceptor.mailbox.takeAll(parcel, (from) => {
    if (takeOver(acceptor, from)) {
      const slot = parcel[1] as number;
      const [idle, halfClosed] = [parcel[2] as number, parcel[3] as number];
      begin(acceptor, parcel[0] as number, slot, backendOf(acceptor.table, slot), idle, halfClosed);
    }
    acceptor.counters.taken();
  });
};

/** Whether a connection's two descriptors would be more than connections may hold. */
const isFull = ({ shared, table }: Acceptor): boolean =>
  Atomics.load(shared.held, 0) + 2 > table.descriptorLimit;

const resumed = (acceptor: Acceptor): void => {
  acceptor.toldPaused = false;
  acceptor.counters.set(INTS.Paused, 0);
  acceptor.tell({ type: 'Resumed' });
};

/**
 * Takes connections from one listener; returns false when there are none left for now. `mayHandOver` false keeps them all, for
 * a listener that goes: the other acceptors may not know it any more.
 */
export const acceptFrom = (acceptor: Acceptor, listener: ServedListener, mayHandOver: boolean): boolean => {
  for (let taken = 0; taken < ACCEPTS_PER_TURN; taken++) {
    if (isFull(acceptor)) {
      pause(acceptor, EMFILE);
      return false;
    }
    const fd = acceptor.sys.accept(listener.fd, acceptor.socketAddress.address);
    if (fd >= 0) {
      if (acceptor.toldPaused && acceptor.pausedUntil === 0) resumed(acceptor);
      arrive(acceptor, listener, fd, mayHandOver);
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
    if (result >= 0) continue;
    // Out of memory for it: a listener that nobody watches would lose its clients without a word.
    pause(acceptor, -result);
    return;
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
  acceptor.counters.set(INTS.Paused, errno);
  acceptor.counters.set(INTS.Taking, 0);
  acceptor.pausedUntil = acceptor.now + PAUSE_TICKS;
};

/** Goes on accepting when the rest is over and there is room, and says so when nothing has failed for a while, also where no client comes. */
export const resumeWhenRested = (acceptor: Acceptor): void => {
  if (acceptor.pausedUntil === 0) {
    if (acceptor.toldPaused && acceptor.now >= acceptor.calmAt) resumed(acceptor);
    return;
  }
  if (acceptor.now < acceptor.pausedUntil || isFull(acceptor)) return;
  acceptor.pausedUntil = 0;
  acceptor.calmAt = acceptor.now + CALM_TICKS;
  acceptor.counters.set(INTS.Taking, 1);
  watchListeners(acceptor);
};
