import { EACCES, EINTR, EINVAL, EMSGSIZE, EPERM } from '../../sys/sys.ts';
import { beginSession, dropOf } from './begin-session.ts';
import { connectFailure } from './connect-failure.ts';
import { ASKED, CLIENT, ENDPOINT, SESSION } from './connections.ts';
import type { Acceptor } from './context.ts';
import type { Run } from './datagrams/datagrams.ts';
import type { EndpointBatch } from './datagrams/headed-batch.ts';
import { MESSAGES } from './datagrams/receive-batch.ts';
import { KEY } from './datagrams/session-key.ts';
import { noteFailure } from './failed-attempt.ts';
import { writeDatagramHeader } from './send-header.ts';
import type { ServedListener } from './served-table.ts';
import { attachEndpoint } from './session-endpoint.ts';
import { sessionOfMessage } from './split-message.ts';

/**
 * Batches that are received from one listener in one turn, so that others get theirs; and datagrams after
 * which no further batch is, since a message may hold many.
 */
const BATCHES_PER_TURN = 4;
const DATAGRAMS_PER_TURN = 512;
/** Attempts to begin a session after which no further batch is received: they take long. */
const STRANGERS_PER_TURN = 16;
/** More than a socket's queue can hold. */
const MOST_QUEUED_BATCHES = 4096;
/** Times that a batch may change its endpoint before the rest is dropped. */
const MOST_CHANGES = 4;

/** Errors about a datagram or a rule of this machine, which say nothing about the endpoint. */
const isAboutDatagram = (errno: number): boolean =>
  errno === EMSGSIZE || errno === EINVAL || errno === EPERM || errno === EACCES;

/** Sends the batch to the endpoint of a session, to another one if that cannot be reached. */
const sendToEndpoint = (acceptor: Acceptor, session: number, sending: EndpointBatch): void => {
  const { connections, counters, sys } = acceptor;
  const slot = connections.listenerSlot[session] as number;
  const endpoint = session * 2 + ENDPOINT;
  for (let changes = 0; ; changes++) {
    if ((connections.fd[endpoint] as number) < 0) {
      const attached = changes < MOST_CHANGES ? attachEndpoint(acceptor, session) : 'ConnectFailed';
      if (attached !== 'Attached') {
        const before = sending.droppedDatagrams;
        sending.drop();
        counters.datagramsDropped(slot, dropOf(attached), sending.droppedDatagrams - before);
        sending.droppedDatagrams = before;
        break;
      }
    }
    const errno = sending.flush(sys, connections.fd[endpoint] as number);
    if (errno === 0) break;
    if (isAboutDatagram(errno)) sending.dropNext();
    else noteFailure(acceptor, session, connectFailure(errno));
  }
  if (sending.droppedDatagrams > 0) counters.datagramsDropped(slot, 'ToEndpoint', sending.droppedDatagrams);
  const { sentBytes } = sending;
  if (sentBytes === 0) return;
  connections.received[session] = (connections.received[session] as number) + sentBytes;
  counters.received(slot, connections.endpointSlot[session] as number, sentBytes);
};

/** The header that the endpoint of a session wants, or the one that it is about to get. */
const headerOf = ({ connections, table }: Acceptor, session: number): number =>
  (connections.fd[session * 2 + ENDPOINT] as number) >= 0
    ? (connections.header[session] as number)
    : (table.backends.get(connections.backendSlot[session] as number)?.header ?? 0);

/** The batch for a session's datagrams: with its header, if the endpoint wants one. */
const batchFor = (acceptor: Acceptor, session: number, port: number): EndpointBatch => {
  const kind = headerOf(acceptor, session);
  if (kind === 0) return acceptor.datagrams.sending;
  const { headed } = acceptor.datagrams;
  headed.headerLength = writeDatagramHeader(acceptor, session, kind, port, headed.header);
  return headed;
};

/** Sends what was added to the batch for a session. */
const complete = (acceptor: Acceptor, session: number, sending: EndpointBatch): void => {
  const { connections, counters, datagrams } = acceptor;
  const { mostUnit } = sending;
  if (connections.state[session] !== SESSION) {
    // It began in this batch, and ended for another one.
    sending.drop();
    const slot = connections.listenerSlot[session] as number;
    counters.datagramsDropped(slot, 'SessionLimit', sending.droppedDatagrams);
    return;
  }
  connections.lastActive[session] = acceptor.now;
  connections.flags[session * 2 + CLIENT] = (connections.flags[session * 2 + CLIENT] as number) | ASKED;
  sendToEndpoint(acceptor, session, sending);
  if (sending.mostUnit < mostUnit) datagrams.sessions.setMostUnit(session * 2 + ENDPOINT, sending.mostUnit);
};

/** Passes on what a session has in the batch at hand, from message `first` on. */
const forward = (
  acceptor: Acceptor,
  session: number,
  first: number,
  count: number,
  { port }: ServedListener,
): void => {
  const { received, sessions, owners } = acceptor.datagrams;
  const sending = batchFor(acceptor, session, port);
  sending.begin(sessions.mostUnit(session * 2 + ENDPOINT));
  for (let i = first; i < count; i++) {
    if (owners[i] !== session) continue;
    owners[i] = -1;
    sending.add(received.dataOf(i), received.lengthOf(i), received.segmentOf(i));
  }
  complete(acceptor, session, sending);
};

/** Passes on datagrams of a message that belongs to several sessions. */
const forwardRun = (acceptor: Acceptor, { session, data, length, segment }: Run, port: number): void => {
  const sending = batchFor(acceptor, session, port);
  sending.begin(acceptor.datagrams.sessions.mostUnit(session * 2 + ENDPOINT));
  sending.add(data, length, segment);
  complete(acceptor, session, sending);
};

/** Receives one batch from a listener, and passes it on; returns whether more may be queued. */
const takeBatch = (acceptor: Acceptor, listener: ServedListener): boolean => {
  const { datagrams, counters, sys } = acceptor;
  const { received, key, sessions, owners } = datagrams;
  const count = received.receive(sys, listener.fd);
  // Errors of earlier answers are reported here, too; epoll says if there is more.
  datagrams.strangers = 0;
  if (count <= 0) {
    datagrams.taken = 0;
    return count === -EINTR;
  }
  let all = 0;
  key[KEY.Listener] = listener.slot;
  const ids = listener.policy.stickiness === undefined ? undefined : datagrams.ids;
  for (let i = 0; i < count; i++) {
    received.readKey(i, key);
    const contained = received.datagramsOf(i);
    all += contained;
    const known = sessions.keys.find(key);
    if (ids !== undefined) owners[i] = sessionOfMessage(acceptor, ids, listener, i, contained, known);
    else owners[i] = known >= 0 ? known : beginSession(acceptor, listener, key, contained);
  }
  counters.datagramsReceived(listener.slot, all);
  datagrams.taken = all;
  for (let i = 0; i < count; i++) {
    const session = owners[i] as number;
    if (session >= 0) forward(acceptor, session, i, count, listener);
  }
  if (datagrams.runs.length > 0)
    for (const run of datagrams.runs.splice(0)) forwardRun(acceptor, run, listener.port);
  return count === MESSAGES;
};

/** Takes what one turn allows; epoll reports the listener again if more is queued. */
export const takeDatagrams = (acceptor: Acceptor, listener: ServedListener): void => {
  const { datagrams } = acceptor;
  let taken = 0;
  for (let i = 0; i < BATCHES_PER_TURN && taken < DATAGRAMS_PER_TURN; i++) {
    if (!takeBatch(acceptor, listener) || datagrams.strangers >= STRANGERS_PER_TURN) return;
    taken += datagrams.taken;
  }
};

/** Takes what is queued at a listener that goes. What comes meanwhile does not prolong this for good. */
export const takeQueuedDatagrams = (acceptor: Acceptor, listener: ServedListener): void => {
  for (let i = 0; i < MOST_QUEUED_BATCHES && takeBatch(acceptor, listener); i++);
};
