import type { Protocol } from '../configuration/binding.ts';
import type { Keepalive } from '../configuration/listener-policy.ts';
import { countHandshakes } from '../sys/handshakes.ts';
import {
  AF_INET6,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_RECVPKTINFO,
  SO_DETACH_FILTER,
  SO_KEEPALIVE,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_NODELAY,
  UDP_GRO,
} from '../sys/sys.ts';
import { setKeepalive } from './acceptor/keepalive.ts';

/** Passed to listen(); the kernel silently caps it at net.core.somaxconn. */
const BACKLOG = 65535;

/** What the sockets of a listener do in the way of its protocol. Results are those of system calls. */
export interface SocketKind {
  /** Argument of socket(). */
  readonly type: number;
  /** Options, each with its level, that are switched on before the socket is bound. */
  readonly options: readonly (readonly [level: number, option: number])[];
  /** Sets options that depend on the family, or that a kernel may lack, before the socket is bound. */
  readonly prepare: (socket: number, family: number) => number;
  /** Lets clients in, once every socket of the listener is bound. */
  readonly listen: (socket: number) => number;
  /** Keeps new clients out. The socket serves those that are on their way, and is closed soon. */
  readonly beginLeaving: (socket: number) => void;
  /** Lets new clients in again. */
  readonly cancelLeaving: (socket: number) => void;
  /**
   * Handshakes in progress at a port, which should end before it is closed; a negative errno if the kernel
   * does not report them.
   */
  readonly handshakes: (family: number, port: number) => number;
  /** Whether its clients have no sockets of their own, so that it stays open for them while it leaves. */
  readonly hasSessions: boolean;
  /** Sets the values that are not 0, for clients that come from now on. */
  readonly setKeepalive: (socket: number, keepalive: Keepalive) => void;
}

const tcp = (sys: Sys): SocketKind => ({
  type: SOCK_STREAM,
  options: [
    [SOL_SOCKET, SO_REUSEADDR],
    // Accepted sockets inherit these three.
    [SOL_SOCKET, SO_KEEPALIVE],
    [IPPROTO_TCP, TCP_NODELAY],
    [SOL_SOCKET, SO_OOBINLINE],
  ],
  prepare: () => 0,
  listen: (socket) => sys.listen(socket, BACKLOG),
  // Closing a socket resets clients whose handshake is done. Clients whose SYN is dropped send it again a
  // second later, and are refused then. Without socket filters in the kernel, some clients are reset: no
  // reason to keep the port open.
  beginLeaving: (socket) => sys.dropSyns(socket),
  cancelLeaving: (socket) => sys.setOption(socket, SOL_SOCKET, SO_DETACH_FILTER, 0),
  handshakes: countHandshakes(sys),
  hasSessions: false,
  setKeepalive: (socket, keepalive) => setKeepalive(sys, socket, keepalive),
});

/** Asked for in both directions of a UDP listener's sockets. */
const QUEUE_BYTES = 4 << 20;

const udp = (sys: Sys, onNotMerged: (errno: number) => void): SocketKind => ({
  type: SOCK_DGRAM,
  options: [],
  prepare: (socket, family) => {
    // A kernel without it (before 5.0, or a sandbox) passes on each datagram by itself, which is only slower.
    const merging = sys.setOption(socket, IPPROTO_UDP, UDP_GRO, 1);
    if (merging < 0) onNotMerged(-merging);
    // Bursts of all clients wait in one queue; the kernel silently caps both at net.core.rmem_max, wmem_max.
    sys.setOption(socket, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
    sys.setOption(socket, SOL_SOCKET, SO_SNDBUF, QUEUE_BYTES);
    // Answers leave from the address that the client wrote to. A socket of both families reports those of
    // IPv4 in the form of IPv6.
    return family === AF_INET6
      ? sys.setOption(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
      : sys.setOption(socket, IPPROTO_IP, IP_PKTINFO, 1);
  },
  // It takes datagrams as soon as it is bound, and the acceptors refuse new clients while it leaves.
  listen: () => 0,
  beginLeaving: () => undefined,
  cancelLeaving: () => undefined,
  handshakes: () => 0,
  hasSessions: true,
  setKeepalive: () => undefined,
});

/** `onNotMerged` is called with the errno of a kernel that does not merge datagrams. */
export const socketKinds = (
  sys: Sys,
  onNotMerged: (errno: number) => void = () => undefined,
): Readonly<Record<Protocol, SocketKind>> => ({
  TCP: tcp(sys),
  UDP: udp(sys, onNotMerged),
});
