import { SOCKET_ADDRESS_BYTES } from '../sys/socket-address.ts';
import {
  EADDRNOTAVAIL,
  EINPROGRESS,
  EMFILE,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  EPOLLERR,
  EPOLLHUP,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  TCP_NODELAY,
} from '../sys/sys.ts';
import { CLIENT, ENDPOINT, RELAYING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { holdDescriptor, leaveEndpoint, resetConnection } from './ending.ts';
import { beginRelay, watchSide } from './relay.ts';
import type { ServedBackend } from './served-table.ts';

const NONE: readonly number[] = [];
const SHORTAGES = new Set([-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM]);

/**
 * One attempt. 'Refused': another endpoint may do better. 'NoPort': no source port is left for this endpoint, which is not its
 * fault; another one has its own. 'Short': this machine has run out of something.
 */
const attempt = (
  acceptor: Acceptor,
  connection: number,
  backend: ServedBackend,
  index: number,
): 'Begun' | 'Refused' | 'NoPort' | 'Short' => {
  const { sys, connections } = acceptor;
  const fd = sys.socket(backend.families[index] as number, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (SHORTAGES.has(fd)) return 'Short';
  if (fd < 0) return 'Refused';
  holdDescriptor(acceptor, fd);
  connections.fd[connection * 2 + ENDPOINT] = fd;
  connections.flags[connection * 2 + ENDPOINT] = 0;
  sys.setOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  const address = backend.addresses + index * SOCKET_ADDRESS_BYTES;
  const connected = sys.connect(fd, address, backend.addressLengths[index] as number);
  if (connected === -EADDRNOTAVAIL) return 'NoPort';
  if (connected < 0 && connected !== -EINPROGRESS) return SHORTAGES.has(connected) ? 'Short' : 'Refused';
  const watched = watchSide(acceptor, connection, ENDPOINT, fd);
  if (watched < 0) return 'Short';
  acceptor.timers.set(connection, acceptor.now + backend.connectTicks);
  return 'Begun';
};

/** Picks an endpoint and connects to it; on failure the next one, as often as the backend's retries allow. */
export const dial = (acceptor: Acceptor, connection: number): void => {
  const { connections, counters } = acceptor;
  const backend = acceptor.table.backends.get(connections.backendSlot[connection] as number);
  let noPort = false;
  for (;;) {
    const tried = connections.tried.get(connection) ?? NONE;
    const index =
      backend === undefined || tried.length > backend.retries ? -1 : backend.pick(backend.choice, tried, 0);
    const candidate = backend?.choice.candidates[index];
    if (backend === undefined || candidate === undefined) {
      const reason = noPort ? 'NoDescriptors' : tried.length === 0 ? 'NoEndpoint' : 'ConnectFailed';
      resetConnection(acceptor, connection, CLIENT, reason);
      return;
    }
    if (tried.length > 0) counters.retried(connections.backendSlot[connection] as number);
    connections.endpointSlot[connection] = candidate.slot;
    counters.endpointTaken(candidate.slot);
    const outcome = attempt(acceptor, connection, backend, index);
    switch (outcome) {
      case 'Begun':
        return;
      case 'Short':
        resetConnection(acceptor, connection, CLIENT, 'NoDescriptors');
        return;
      case 'NoPort':
        noPort = true;
        giveUp(acceptor, connection);
        break;
      case 'Refused':
        counters.endpointFailed(candidate.slot);
        giveUp(acceptor, connection);
        break;
      default:
        outcome satisfies never;
    }
  }
};

/** Leaves the endpoint that failed and remembers not to try it again for this connection. */
const giveUp = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  const slot = connections.endpointSlot[connection] as number;
  leaveEndpoint(acceptor, connection);
  const tried = connections.tried.get(connection);
  if (tried === undefined) connections.tried.set(connection, [slot]);
  else tried.push(slot);
};

/** The attempt to connect failed or took too long: tries another endpoint. */
export const redial = (acceptor: Acceptor, connection: number): void => {
  acceptor.timers.clear(connection);
  acceptor.counters.endpointFailed(acceptor.connections.endpointSlot[connection] as number);
  giveUp(acceptor, connection);
  dial(acceptor, connection);
};

/** The kernel says how the attempt to connect went. */
export const dialed = (acceptor: Acceptor, connection: number, events: number): void => {
  if ((events & (EPOLLERR | EPOLLHUP)) !== 0) {
    redial(acceptor, connection);
    return;
  }
  const { connections } = acceptor;
  connections.state[connection] = RELAYING;
  connections.tried.delete(connection);
  acceptor.counters.endpointConnected(connections.endpointSlot[connection] as number);
  connections.lastActive[connection] = acceptor.now;
  acceptor.timers.set(connection, acceptor.now + (connections.idleTicks[connection] as number));
  beginRelay(acceptor, connection);
};
