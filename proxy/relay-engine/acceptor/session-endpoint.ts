import type { CloseReason } from '../../engine/close-reason.ts';
import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { lengthOf, SOCKET_ADDRESS_BYTES } from '../../sys/socket-address.ts';
import {
  EADDRNOTAVAIL,
  EAGAIN,
  EMFILE,
  ENETUNREACH,
  EPOLL_CTL_ADD,
  EPOLLIN,
  IPPROTO_UDP,
  SO_RCVBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  UDP_GRO,
} from '../../sys/sys.ts';
import { chooseEndpoint, FULL, NONE } from './choose-endpoint.ts';
import { connectFailure } from './connect-failure.ts';
import type { ConnectionIds } from './connection-ids/connection-ids.ts';
import { ENDPOINT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { leaveRoom, takeRoom } from './descriptor-room.ts';
import { ownDescriptor } from './descriptors.ts';
import { sideToken } from './event-tokens.ts';
import { noteFailure } from './failed-attempt.ts';
import { dropEndpointSocket } from './leave-endpoint.ts';
import type { ServedBackend } from './served-table.ts';

/** What became of giving a session an endpoint. */
export type Attached =
  | 'Attached'
  | Extract<CloseReason, 'NoEndpoint' | 'EndpointsFull' | 'ConnectFailed' | 'NoDescriptors' | 'NoSourcePort'>;

/** Source ports that are tried for a session. */
const PORT_TRIES = 16;
/** Asked for as the queue of an endpoint's answers; the kernel silently caps it at net.core.rmem_max. */
const QUEUE_BYTES = 1 << 20;
/** Endpoints that are tried at once; which of them can be reached is usually known only later. */
const ENDPOINT_TRIES = 4;

/**
 * Whether the kernel chose a source port that must stay free for a server of this machine: with the
 * endpoint's own port, the socket would be connected to itself.
 */
const hasAvoidedPort = ({ sys, socketAddress, datagrams }: Acceptor, fd: number): boolean =>
  sys.ownAddress(fd, socketAddress.address) >= 0 &&
  datagrams.avoided.has(socketAddress.view.getUint16(2, false));

/** Opens a socket that is connected to an endpoint; returns 0 or a negative errno. */
const connectTo = (acceptor: Acceptor, connection: number, family: number, address: number): number => {
  const { connections, sys, epoll } = acceptor;
  const sideIndex = connection * 2 + ENDPOINT;
  for (let i = 0; i < PORT_TRIES; i++) {
    if (!takeRoom(acceptor)) return -EMFILE;
    const fd = sys.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      leaveRoom(acceptor);
      return fd;
    }
    ownDescriptor(acceptor, fd);
    connections.fd[sideIndex] = fd;
    // A kernel without it passes on each datagram by itself.
    sys.setOption(fd, IPPROTO_UDP, UDP_GRO, 1);
    sys.setOption(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
    const connected = sys.connect(fd, address, lengthOf(family));
    // Unlike for TCP, a lack of ports is EAGAIN, and EADDRNOTAVAIL a lack of addresses of the family.
    if (connected === -EAGAIN) return -EADDRNOTAVAIL;
    if (connected === -EADDRNOTAVAIL) return -ENETUNREACH;
    if (connected < 0) return connected;
    if (!hasAvoidedPort(acceptor, fd)) {
      // Level-triggered: what one turn does not take is reported again.
      const watched = sys.epollControl(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, sideToken(sideIndex));
      return Math.min(0, watched);
    }
    dropEndpointSocket(acceptor, connection);
  }
  return -EADDRNOTAVAIL;
};

/** Picks an endpoint; if each was tried, what failed a while ago may be back, so all may be picked again. */
const pick = (acceptor: Acceptor, connection: number, backend: ServedBackend): number => {
  const index = chooseEndpoint(acceptor, connection, backend);
  if (index !== NONE || !acceptor.connections.tried.delete(connection)) return index;
  return chooseEndpoint(acceptor, connection, backend);
};

const reasonOf = (failure: ConnectFailure): Exclude<Attached, 'Attached'> | undefined => {
  if (failure === 'NoSourcePort') return failure;
  return failure === 'NoDescriptors' || failure === 'NoMemory' ? 'NoDescriptors' : undefined;
};

const noteAttached = ({ connections, counters, nowMs }: Acceptor, connection: number): void => {
  connections.flags[connection * 2 + ENDPOINT] = 0;
  connections.attempted[connection] = nowMs;
  counters.sessionAttached(connections.endpointSlot[connection] as number);
};

/** Gives a session an endpoint, with a socket that is connected to it. This sends nothing. */
export const attachEndpoint = (acceptor: Acceptor, connection: number): Attached => {
  const { connections, counters, table } = acceptor;
  const slot = connections.backendSlot[connection] as number;
  const backend = table.backends.get(slot);
  if (backend === undefined) return 'NoEndpoint';
  connections.header[connection] = backend.header;
  acceptor.datagrams.ids?.leave(connections.listenerSlot[connection] as number, connection);
  for (let i = 0; i < ENDPOINT_TRIES; i++) {
    const isRetry = connections.tried.has(connection);
    const index = pick(acceptor, connection, backend);
    if (index === FULL) return 'EndpointsFull';
    if (index === NONE) return 'NoEndpoint';
    if (isRetry) {
      counters.retried(slot);
      connections.retries[connection] = Math.min(255, (connections.retries[connection] as number) + 1);
    }
    const offset = index * SOCKET_ADDRESS_BYTES;
    const family = backend.families[index] as number;
    const connected = connectTo(acceptor, connection, family, backend.addresses + offset);
    if (connected === 0) {
      noteAttached(acceptor, connection);
      const endpoint = connections.endpointSlot[connection] as number;
      acceptor.datagrams.ids?.noteAddress(endpoint, backend.memory.bytes, offset);
      return 'Attached';
    }
    const failure = connectFailure(-connected);
    noteFailure(acceptor, connection, failure);
    const reason = reasonOf(failure);
    if (reason !== undefined) return reason;
  }
  return 'ConnectFailed';
};

/**
 * Gives a session the endpoint that a connection ID has led to; another one if that cannot be reached. The
 * connection is not new to the endpoint, so that it may be full, or take no new ones.
 */
export const attachFound = (acceptor: Acceptor, connection: number, ids: ConnectionIds): Attached => {
  const { connections, counters, table } = acceptor;
  const { endpoint, backend } = ids;
  const usual = connections.backendSlot[connection] as number;
  connections.backendSlot[connection] = backend;
  connections.header[connection] = table.backends.get(backend)?.header ?? 0;
  connections.endpointSlot[connection] = endpoint;
  counters.takeEndpoint(endpoint, 0);
  const connected = connectTo(acceptor, connection, ids.family, ids.address);
  if (connected === 0) {
    noteAttached(acceptor, connection);
    return 'Attached';
  }
  const failure = connectFailure(-connected);
  noteFailure(acceptor, connection, failure);
  const reason = reasonOf(failure);
  if (reason !== undefined) return reason;
  connections.backendSlot[connection] = usual;
  return attachEndpoint(acceptor, connection);
};
