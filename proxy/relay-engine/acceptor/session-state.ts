import { isAllowed } from '../../address-set/source-policy.ts';
import { EAGAIN, EINTR, EMSGSIZE, ENOBUFS, ENOMEM, EPOLLERR, EPOLLHUP, EPOLLIN } from '../../sys/sys.ts';
import { connectFailure } from './connect-failure.ts';
import { ANSWERED, ASKED, CLIENT, ENDPOINT, SENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { MESSAGES } from './datagrams/receive-batch.ts';
import { closeConnection } from './ending.ts';
import { noteFailure } from './failed-attempt.ts';
import { keepLastId, learnIds } from './learn-ids.ts';
import { leaveEndpoint } from './leave-endpoint.ts';
import { noteQueueDrops } from './queue-drops.ts';
import { listenerOf } from './served-table.ts';

/** Takes what the endpoint of a session has sent, as much as one turn allows, and sends it to the client. */
const answerClient = (acceptor: Acceptor, session: number): void => {
  const { connections, counters, datagrams, sys } = acceptor;
  const { ids, received, sending, sessions, sockets } = datagrams;
  const slot = connections.listenerSlot[session] as number;
  const endpointSlot = connections.endpointSlot[session] as number;
  const count = received.receive(sys, connections.fd[session * 2 + ENDPOINT] as number);
  if (count <= 0) {
    noteEndpointError(acceptor, session, -count);
    return;
  }
  if (ids?.sessions.follows(session)) learnIds(acceptor, ids, session, count);
  const client = session * 2 + CLIENT;
  const mostUnit = sessions.mostUnit(client);
  sending.beginTo(sessions.keys, session, mostUnit);
  for (let i = 0; i < count; i++)
    sending.add(received.dataOf(i), received.lengthOf(i), received.segmentOf(i));
  // An errno is about this client only, who may have no route any more.
  while (sending.flush(sys, sockets[slot] as number) !== 0) sending.dropNext();
  if (sending.mostUnit < mostUnit) sessions.setMostUnit(client, sending.mostUnit);
  const flags = connections.flags[session * 2 + ENDPOINT] as number;
  if ((flags & ANSWERED) === 0) {
    connections.flags[session * 2 + ENDPOINT] = flags | ANSWERED;
    const ms = acceptor.nowMs - (connections.attempted[session] as number);
    counters.sessionAnswered(connections.backendSlot[session] as number, endpointSlot, ms);
  }
  connections.flags[client] = ((connections.flags[client] as number) | SENT) & ~ASKED;
  connections.lastActive[session] = acceptor.now;
  connections.sent[session] = (connections.sent[session] as number) + sending.sentBytes;
  counters.sent(slot, endpointSlot, sending.sentBytes);
  counters.datagramsSent(slot, sending.sentDatagrams);
  if (sending.droppedDatagrams > 0) counters.datagramsDropped(slot, 'ToClient', sending.droppedDatagrams);
  // A queue that has overflown was not emptied by one batch.
  if (count === MESSAGES) noteQueueDrops(acceptor, session);
};

const SAYS_NOTHING: ReadonlySet<number> = new Set([0, EINTR, EAGAIN, ENOBUFS, ENOMEM, EMSGSIZE]);

/**
 * The kernel reports an error of a session's socket, usually an ICMP message that nobody listens at the
 * endpoint. It counts as a refused connection, and the next datagram goes to another endpoint.
 */
const noteEndpointError = (acceptor: Acceptor, session: number, errno: number): void => {
  if (!SAYS_NOTHING.has(errno)) noteFailure(acceptor, session, connectFailure(errno));
};

/** The kernel has reported `events` for the socket of a session. */
export const onSessionEvent = (acceptor: Acceptor, session: number, events: number): void => {
  const { connections, sys } = acceptor;
  const fd = connections.fd[session * 2 + ENDPOINT] as number;
  if (fd < 0) return; // it left its endpoint in this turn
  // What was received before the error comes first; reading it would return the error instead.
  const errno = (events & (EPOLLERR | EPOLLHUP)) === 0 ? 0 : sys.socketError(fd);
  if ((events & EPOLLIN) !== 0) answerClient(acceptor, session);
  if (errno > 0 && connections.fd[session * 2 + ENDPOINT] === fd) noteEndpointError(acceptor, session, errno);
};

/** The timer of a session is due; it is not moved with every datagram. */
export const onSessionDeadline = (acceptor: Acceptor, session: number): void => {
  const { connections, counters, datagrams } = acceptor;
  const end = (connections.lastActive[session] as number) + (connections.idleTicks[session] as number);
  if (acceptor.now < end) {
    acceptor.timers.set(session, end);
    noteQueueDrops(acceptor, session);
    if (datagrams.ids !== undefined) keepLastId(acceptor, datagrams.ids, session);
    return;
  }
  // Some protocols never answer: then an endpoint that refused nothing has taken what it was sent.
  const endpoint = connections.endpointSlot[session] as number;
  if (endpoint >= 0) counters.endpointServed(endpoint);
  closeConnection(acceptor, session, 'SessionIdle');
};

/**
 * A new table: a session whose endpoint goes gets another one with its next datagram. There is nobody to
 * whom the end of a session could be told, so it cannot wait for the endpoint to end it.
 */
export const onSessionNewTable = (acceptor: Acceptor, session: number): void => {
  const { connections, datagrams, table } = acceptor;
  const slot = connections.listenerSlot[session] as number;
  const endpoint = connections.endpointSlot[session] as number;
  if ((datagrams.sockets[slot] as number) < 0) {
    closeConnection(acceptor, session, 'ListenerRemoved');
    return;
  }
  const listener = listenerOf(table, slot);
  // A client that goes on sending would keep its session for good, however long it has been denied.
  if (
    listener?.sources !== undefined &&
    !isAllowed(listener.sources, connections.clientAddress, session * 16)
  ) {
    closeConnection(acceptor, session, 'SourceDenied');
    return;
  }
  if (endpoint >= 0 && (table.left.has(endpoint) || table.unhealthy.has(endpoint)))
    leaveEndpoint(acceptor, session);
  if ((connections.endpointSlot[session] as number) < 0)
    connections.backendSlot[session] = listener?.backendSlot ?? -1;
};
