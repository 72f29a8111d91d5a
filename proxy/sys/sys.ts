import type { PinnedMemory } from './memory.ts';

/**
 * The system calls that the data plane makes. Each returns the kernel's result, or the negated errno if it
 * failed: a result below zero is `-EAGAIN` and so on. Memory is passed as addresses of pinned memory
 * (memory.ts), so a call allocates nothing. The acceptors receive this as an argument; tests pass an
 * implementation that fails on purpose.
 */
export interface Sys {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  listen(fd: number, backlog: number): number;
  /**
   * accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC; writes the peer's socket address to `address`
   * (SOCKET_ADDRESS_BYTES).
   */
  accept(fd: number, address: number): number;
  connect(fd: number, address: number, length: number): number;
  /** getsockname: writes the socket's own address to `address` (SOCKET_ADDRESS_BYTES). */
  ownAddress(fd: number, address: number): number;
  recv(fd: number, address: number, length: number): number;
  /** Like `recv`, but leaves the bytes in the socket's buffer. */
  peek(fd: number, address: number, length: number): number;
  /**
   * send with MSG_NOSIGNAL: a closed peer results in -EPIPE, never in a signal. With `endFollows` (MSG_MORE)
   * the kernel holds the last bytes back until the end of stream is sent, so that both go out in one packet.
   */
  send(fd: number, address: number, length: number, endFollows: boolean): number;
  /**
   * recvmmsg without waiting: fills up to `count` messages (message-layout.ts) at `messages` and returns how
   * many. The lengths of their names and control data must be set before each call.
   */
  receiveMessages(fd: number, messages: number, count: number): number;
  /**
   * sendmmsg without waiting, with MSG_NOSIGNAL: returns how many of the `count` messages at `messages` were
   * sent; a negative errno says what became of the first one.
   */
  sendMessages(fd: number, messages: number, count: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  setOption(fd: number, level: number, option: number, value: number): number;
  /**
   * The socket's pending error as a positive errno, 0 if there is none; negative if the call itself failed.
   */
  socketError(fd: number): number;
  /** Datagrams that the kernel has dropped because the socket's queue was full; negative on failure. */
  queueDrops(fd: number): number;
  /** Writes the kernel's struct tcp_info of a connection to `into` (TCP_INFO_BYTES). */
  tcpInfo(fd: number, into: PinnedMemory): number;
  /** Makes close send a reset instead of an end of stream (SO_LINGER with zero seconds). */
  resetOnClose(fd: number): number;
  /**
   * Makes a listening socket drop every SYN from now on. Handshakes in progress complete, and their
   * connections still reach its queue.
   */
  dropSyns(fd: number): number;
  epollCreate(): number;
  /** `token` is returned with each event. Pass 0 for `events` with EPOLL_CTL_DEL. */
  epollControl(epoll: number, operation: number, fd: number, events: number, token: number): number;
  /**
   * Writes up to `max` events (EPOLL_EVENT_BYTES each) to `address`; waits without limit if `timeoutMs` is
   * -1.
   */
  epollWait(epoll: number, address: number, max: number, timeoutMs: number): number;
  eventfd(): number;
  /** Wakes the thread that waits for the eventfd. */
  signal(eventfd: number): number;
  /** Resets the eventfd; -EAGAIN if nothing was signalled. */
  consume(eventfd: number): number;
}

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_OOBINLINE = 10;
export const SO_REUSEPORT = 15;
export const SO_RCVLOWAT = 18;
export const SO_DETACH_FILTER = 27;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const TCP_KEEPIDLE = 4;
export const TCP_KEEPINTVL = 5;
export const TCP_KEEPCNT = 6;
export const TCP_QUICKACK = 12;
/** Size of struct tcp_info (linux/tcp.h) up to the last field that is read here, inclusive. */
export const TCP_INFO_BYTES = 148;
/** Offsets in struct tcp_info. */
export const TCP_INFO = {
  UnacknowledgedSegments: 24,
  SinceLastDataSentMs: 44,
  SinceLastAcknowledgmentMs: 56,
  BytesAcknowledged: 120,
  BytesNotSent: 144,
} as const;
export const IPPROTO_IP = 0;
export const IP_PKTINFO = 8;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
export const IPV6_PKTINFO = 50;
export const IPPROTO_UDP = 17;
/** Sends one buffer as several datagrams of this size (GSO). */
export const UDP_SEGMENT = 103;
/** Lets the kernel pass on datagrams of one size and sender in one buffer. */
export const UDP_GRO = 104;
export const SHUT_WR = 1;

export const EPOLLIN = 0x1;
export const EPOLLPRI = 0x2;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 0x80000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;

/** struct epoll_event is packed on x86-64 only (linux/eventpoll.h): 12 bytes there, 16 elsewhere. */
export const EPOLL_EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
/** Offset of the token within an event. */
export const EPOLL_TOKEN_BYTES = process.arch === 'x64' ? 4 : 8;

export const EPERM = 1;
export const EINTR = 4;
export const EIO = 5;
export const EAGAIN = 11;
export const EACCES = 13;
export const EEXIST = 17;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENOSPC = 28;
export const EPIPE = 32;
export const EMSGSIZE = 90;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENOBUFS = 105;
export const ENOMEM = 12;
export const ECONNABORTED = 103;
export const EAFNOSUPPORT = 97;
export const EINPROGRESS = 115;
export const ENETUNREACH = 101;
export const ECONNRESET = 104;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTDOWN = 112;
export const EHOSTUNREACH = 113;
