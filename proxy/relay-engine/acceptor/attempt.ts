import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { isSameAddress, SOCKET_ADDRESS_BYTES } from '../../sys/socket-address.ts';
import {
  AF_INET6,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNREFUSED,
  EINPROGRESS,
  EINTR,
  EMFILE,
  ENETUNREACH,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_OOBINLINE,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_QUICKACK,
} from '../../sys/sys.ts';
import { connectFailure } from './connect-failure.ts';
import { ENDPOINT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { leaveRoom, takeRoom } from './descriptor-room.ts';
import { claimDescriptor, closeDescriptor, ownDescriptor } from './descriptors.ts';
import { setKeepalive } from './keepalive.ts';
import { dropEndpointSocket } from './leave-endpoint.ts';
import { transportFor } from './limited-transport.ts';
import { prepareTls } from './secure-endpoint.ts';
import type { ServedBackend } from './served-table.ts';
import { watchEndpoint } from './watch-sides.ts';

/** Source ports that are tried for one connection before its endpoint counts as having none left. */
const PORT_TRIES = 16;

/** Opens the socket for the endpoint's side; returns it, or a negative errno. */
const openSocket = (
  acceptor: Acceptor,
  connection: number,
  { transport, header }: ServedBackend,
  family: number,
): number => {
  if (!takeRoom(acceptor)) return -EMFILE;
  const fd = acceptor.sys.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    leaveRoom(acceptor);
    return fd;
  }
  const { connections, sys, table } = acceptor;
  ownDescriptor(acceptor, fd);
  const endpoint = connection * 2 + ENDPOINT;
  connections.fd[endpoint] = fd;
  connections.header[connection] = header;
  connections.setTransport(endpoint, transportFor(acceptor, connection, transport));
  // Its urgent bytes come in line with the others, as a client's do: they would be lost otherwise.
  sys.setOption(fd, SOL_SOCKET, SO_OOBINLINE, 1);
  // A client's socket inherits it from the listening one.
  sys.setOption(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  const own =
    table.keepalives.size === 0
      ? undefined
      : table.keepalives.get(connections.listenerSlot[connection] as number);
  if (own !== undefined) setKeepalive(sys, fd, own);
  return fd;
};

/**
 * Binds the socket to the next source port of this acceptor's own that is free; returns 0 or a negative
 * errno.
 */
const bindToPort = ({ sys, sourcePorts, socketAddress }: Acceptor, fd: number, family: number): number => {
  const { view, bytes, address } = socketAddress;
  bytes.fill(0, 0, SOCKET_ADDRESS_BYTES);
  view.setUint16(0, family, true);
  sys.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  let bound = -EADDRINUSE;
  for (let i = 0; i < PORT_TRIES && bound === -EADDRINUSE; i++) {
    view.setUint16(2, sourcePorts.next(), false);
    bound = sys.bind(fd, address, SOCKET_ADDRESS_BYTES);
  }
  return bound;
};

/**
 * Whether the kernel has connected a socket to itself: if nobody listens on a port of this machine that lies
 * in the range of source ports, the kernel may choose that very port. The socket's own address is known as
 * soon as `connect` has returned. The range is not remembered: an administrator may change it at any time.
 */
const isConnectedToItself = (
  { sys, socketAddress }: Acceptor,
  fd: number,
  { memory }: ServedBackend,
  index: number,
): boolean =>
  sys.ownAddress(fd, socketAddress.address) >= 0 &&
  isSameAddress(memory.bytes, index * SOCKET_ADDRESS_BYTES, socketAddress.bytes, 0);

const connectOnce = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  index: number,
): number => {
  const family = backend.families[index] as number;
  const fd = openSocket(acceptor, connection, backend, family);
  if (fd < 0) return fd;
  if (acceptor.sourcePorts.chosen) {
    const bound = bindToPort(acceptor, fd, family);
    // If none of the ports tried is free, let the kernel look for one.
    if (bound < 0 && bound !== -EADDRINUSE) return bound;
  }
  // The last packet of the handshake waits for the client's first bytes and leaves with them, which saves a
  // packet. `onConnectResult` ends the wait.
  acceptor.sys.setOption(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
  const address = backend.addresses + index * SOCKET_ADDRESS_BYTES;
  const connected = acceptor.sys.connect(fd, address, backend.addressLengths[index] as number);
  if (connected < 0 && connected !== -EINPROGRESS && connected !== -EINTR) return connected;
  if (!isConnectedToItself(acceptor, fd, backend, index)) return 0;
  // A reset leaves nothing behind. Closed in order, the port would be in TIME_WAIT for a minute, and no
  // server could listen on it.
  acceptor.sys.resetOnClose(fd);
  return -ECONNREFUSED;
};

/**
 * Whether this machine has no address at all from which to reach an endpoint: with IPv6 switched off, the
 * kernel's error is the same as for a lack of ports. A datagram socket cannot lack a port, and connecting it
 * sends nothing.
 */
const hasNoAddress = (acceptor: Acceptor, backend: ServedBackend, index: number): boolean => {
  if (backend.families[index] !== AF_INET6) return false;
  const { sys } = acceptor;
  const fd = sys.socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  claimDescriptor(acceptor, fd);
  const address = backend.addresses + index * SOCKET_ADDRESS_BYTES;
  const connected = sys.connect(fd, address, backend.addressLengths[index] as number);
  closeDescriptor(acceptor, fd);
  return connected === -EADDRNOTAVAIL;
};

/**
 * Begins to connect to an endpoint; returns why it could not, or undefined. What was opened belongs to the
 * connection.
 */
export const beginAttempt = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  index: number,
): ConnectFailure | undefined => {
  const { connections, sourcePorts } = acceptor;
  if (backend.context?.address === 0) return 'TlsNotReady';
  let connected = connectOnce(acceptor, connection, backend, index);
  if (connected === -EADDRNOTAVAIL && hasNoAddress(acceptor, backend, index))
    return connectFailure(ENETUNREACH);
  // The port is in use for this endpoint, or the kernel found none at all: choose ports here from now on.
  for (let i = 0; connected === -EADDRNOTAVAIL && i < PORT_TRIES; i++) {
    sourcePorts.scarce();
    dropEndpointSocket(acceptor, connection);
    connected = connectOnce(acceptor, connection, backend, index);
  }
  if (connected < 0) return connectFailure(-connected);
  const untaught = prepareTls(acceptor, connection, backend, index);
  if (untaught !== undefined) return untaught;
  const watched = watchEndpoint(acceptor, connection, connections.fd[connection * 2 + ENDPOINT] as number);
  if (watched < 0) return connectFailure(-watched);
  connections.attempted[connection] = acceptor.nowMs;
  // Nothing was relayed yet: the last activity is when dialling began.
  const last = (connections.lastActive[connection] as number) + backend.totalConnectTicks;
  acceptor.timers.set(connection, Math.min(acceptor.now + backend.connectTicks, last));
  return undefined;
};
