import type { Protocol } from '../configuration/binding.ts';
import type { Keepalive } from '../configuration/listener-policy.ts';
import { countHandshakes } from '../sys/handshakes.ts';
import {
  IPPROTO_TCP,
  SO_DETACH_FILTER,
  SO_KEEPALIVE,
  SO_OOBINLINE,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_NODELAY,
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
  listen: (socket) => sys.listen(socket, BACKLOG),
  // Closing a socket resets clients whose handshake is done. Clients whose SYN is dropped send it again a
  // second later, and are refused then. Without socket filters in the kernel, some clients are reset: no
  // reason to keep the port open.
  beginLeaving: (socket) => sys.dropSyns(socket),
  cancelLeaving: (socket) => sys.setOption(socket, SOL_SOCKET, SO_DETACH_FILTER, 0),
  handshakes: countHandshakes(sys),
  setKeepalive: (socket, keepalive) => setKeepalive(sys, socket, keepalive),
});

export const socketKinds = (sys: Sys): Readonly<Record<Protocol, SocketKind>> => ({ TCP: tcp(sys) });
