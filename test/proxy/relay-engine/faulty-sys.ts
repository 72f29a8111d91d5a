import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAGAIN,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EINTR,
  EMFILE,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOSPC,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  type Sys,
} from '../../../proxy/sys/sys.ts';

const EIO = 5;
const ENOTCONN = 107;

/** Kinds of faults, each of one system call; the tests' names contain them. */
export const FAULTS = [
  'accept',
  'socket',
  'bind',
  'connect',
  'ownAddress',
  'recv, soft',
  'recv, short',
  'recv, hard',
  'send, soft',
  'send, short',
  'send, hard',
  'epollControl',
  'epollWait',
  'setOption',
  'resetOnClose',
  'socketError',
  'shutdown',
  'close',
  'signal',
  'consume',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a faulty acceptor did; reported when it ends. */
export interface FaultReport {
  readonly acceptor: number;
  /** Faults injected, by kind. */
  readonly injected: Readonly<Partial<Record<Fault, number>>>;
  /** Turns of the loop in which epoll_wait returned events or had no timeout. */
  readonly turns: number;
  /** System calls other than epoll_wait. */
  readonly calls: number;
  /** Descriptors that it still owns according to the owner table. */
  readonly held: number;
}

/** The counters behind a FaultReport. */
export interface Tally {
  readonly injected: Partial<Record<Fault, number>>;
  turns: number;
  calls: number;
}

/**
 * System calls of which about one in `oneIn` fails, chosen by `random` (an integer of 32 bits). Each fails as
 * it may in the kernel: a failed close has closed the descriptor, an interrupted connect goes on, and a
 * caller that gets EAGAIN later gets the edge-triggered event that the kernel owes it.
 */
export const faultySys = (
  sys: Sys,
  faults: ReadonlySet<string>,
  oneIn: number,
  random: () => number,
  tally: Tally,
): Sys => {
  /** By descriptor: the events that the epoll set watches it for. */
  const watched = new Map<number, readonly [epoll: number, events: number, token: number]>();
  const strikes = (fault: Fault): boolean => {
    tally.calls++;
    if (!faults.has(fault) || random() % oneIn !== 0) return false;
    tally.injected[fault] = (tally.injected[fault] ?? 0) + 1;
    return true;
  };
  const one = (...errnos: readonly number[]): number => -(errnos[random() % errnos.length] as number);
  const owedEdge = (fd: number): void => {
    const known = watched.get(fd);
    if (known !== undefined) sys.epollControl(known[0], EPOLL_CTL_MOD, fd, known[1], known[2]);
  };
  const nothingNow = (fd: number): number => {
    const errno = one(EINTR, EAGAIN);
    if (errno === -EAGAIN) owedEdge(fd);
    return errno;
  };
  const someOnly = (fd: number, length: number, call: (length: number) => number): number => {
    const moved = call(1 + (random() % length));
    owedEdge(fd);
    return moved;
  };
  /** Connecting to AF_UNSPEC resets a connection, so that a reported reset is a real one. */
  const nowhere = pinnedMemory(128);
  const lost = (fd: number): number => {
    const errno = one(ECONNRESET, ENOBUFS);
    if (errno === -ECONNRESET) sys.connect(fd, nowhere.address, 16);
    return errno;
  };
  return {
    ...sys,
    accept: (fd, at) =>
      strikes('accept') ? one(EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EINTR) : sys.accept(fd, at),
    socket: (...all) => (strikes('socket') ? one(EMFILE, ENFILE, ENOBUFS, ENOMEM) : sys.socket(...all)),
    bind: (...all) => (strikes('bind') ? one(EADDRINUSE, ENOMEM) : sys.bind(...all)),
    connect: (...all) => {
      if (!strikes('connect')) return sys.connect(...all);
      const errno = one(EADDRNOTAVAIL, ECONNREFUSED, ENETUNREACH, EINTR);
      if (errno === -EINTR) sys.connect(...all);
      return errno;
    },
    ownAddress: (...all) => (strikes('ownAddress') ? -ENOBUFS : sys.ownAddress(...all)),
    recv: (fd, at, length) => {
      tally.calls -= 2; // one call, three kinds
      if (strikes('recv, soft')) return nothingNow(fd);
      if (strikes('recv, short')) return someOnly(fd, length, (some) => sys.recv(fd, at, some));
      return strikes('recv, hard') ? lost(fd) : sys.recv(fd, at, length);
    },
    send: (fd, at, length, endFollows) => {
      tally.calls -= 2;
      if (strikes('send, soft')) return nothingNow(fd);
      if (strikes('send, short')) return someOnly(fd, length, (some) => sys.send(fd, at, some, false));
      return strikes('send, hard') ? lost(fd) : sys.send(fd, at, length, endFollows);
    },
    shutdown: (...all) => (strikes('shutdown') ? -ENOTCONN : sys.shutdown(...all)),
    close: (fd) => {
      watched.delete(fd);
      const closed = sys.close(fd);
      return strikes('close') ? one(EINTR, EIO) : closed;
    },
    setOption: (...all) => (strikes('setOption') ? one(ENOBUFS, ENOMEM) : sys.setOption(...all)),
    socketError: (fd) => (strikes('socketError') ? -ENOBUFS : sys.socketError(fd)),
    resetOnClose: (fd) => (strikes('resetOnClose') ? -ENOMEM : sys.resetOnClose(fd)),
    epollControl: (epoll, operation, fd, events, token) => {
      // Removing an entry needs no memory.
      if (operation !== EPOLL_CTL_DEL && strikes('epollControl')) return one(ENOMEM, ENOSPC);
      if (operation === EPOLL_CTL_DEL) watched.delete(fd);
      else watched.set(fd, [epoll, events, token]);
      return sys.epollControl(epoll, operation, fd, events, token);
    },
    epollWait: (epoll, at, max, timeoutMs) => {
      if (strikes('epollWait')) return -EINTR;
      const count = sys.epollWait(epoll, at, max, timeoutMs);
      tally.calls--; // counted as a turn instead
      if (count > 0 || timeoutMs === 0) tally.turns++;
      return count;
    },
    signal: (eventfd) => (strikes('signal') ? -EAGAIN : sys.signal(eventfd)),
    consume: (eventfd) => (strikes('consume') ? -EAGAIN : sys.consume(eventfd)),
  };
};
