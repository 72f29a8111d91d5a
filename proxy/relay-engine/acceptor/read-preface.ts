import { isAllowed } from '../../address-set/source-policy.ts';
import type { TlsDetails } from '../../engine/tls-details.ts';
import { MOST_ANSWERS, NOTHING } from '../../start-tls/opening.ts';
import { EAGAIN, EINTR, SO_RCVLOWAT, SOL_SOCKET } from '../../sys/sys.ts';
import { admitSource } from './admission.ts';
import { CLIENT, CONNECTING, ENDING, PREFACE, UNTOLD } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dialFirst } from './dial.ts';
import { resetConnection } from './ending.ts';
import { makeRoomForHandshake } from './evict-handshake.ts';
import { beginHandshake } from './handshake.ts';
import { PREFACE_BYTES, type Preface, type PrefaceOutcome } from './preface.ts';
import { endRefused } from './refused-client.ts';
import { rejectHello } from './reject-hello.ts';
import type { ServedListener, ServedTable } from './served-table.ts';
import type { ContextHandle } from './server-contexts.ts';
import { drop, tell } from './tell.ts';

/** A listener that has a preface. */
export type PrefacedListener = ServedListener & { readonly preface: Preface };

/** The preface that a connection is in, and the version of the table that its listener has it from. */
export interface CurrentPreface extends Pick<PrefacedListener, 'preface' | 'version'> {
  /** How far the client has come in it, and how many answers it got. */
  readonly step: number;
  readonly answers: number;
}

export const hasPreface = (listener: ServedListener): listener is PrefacedListener =>
  listener.preface !== undefined;

/**
 * A connection begins with its preface, unless that is not for its peer. The kernel reports the bytes that
 * have come already, too.
 */
export const beginPreface = (acceptor: Acceptor, connection: number, listener: PrefacedListener): void => {
  const { connections, counters, timers, strangers, nowMs } = acceptor;
  const { preface } = listener;
  const slot = connections.listenerSlot[connection] as number;
  const use = preface.useFor?.(connections.clientAddress, connection * 16) ?? 'Read';
  if (use !== 'Read' && use !== 'Skip') {
    strangers.onRefused(slot, connections.clientAddress, connection * 16, nowMs);
    resetConnection(acceptor, connection, CLIENT, use);
    return;
  }
  if (preface.reads === 'ProxyHeader') counters.trusted(slot);
  timers.set(connection, acceptor.now + preface.ticks);
  if (use === 'Skip') goOn(acceptor, connection, listener);
  else enter(acceptor, connection, preface, listener.version);
};

const enter = (acceptor: Acceptor, connection: number, preface: Preface, version: number): void => {
  const { connections } = acceptor;
  const { greeting, endpoint } = preface;
  connections.state[connection] = PREFACE;
  connections.prefaces.set(connection, { preface, version, step: 0, answers: 0 });
  if (endpoint !== undefined) connections.openings.set(connection, { endpoint, carried: NOTHING, step: 0 });
  if (greeting !== undefined) say(acceptor, connection, greeting);
};

/** Tells a client something; false if that failed, and the connection has ended. */
const say = (acceptor: Acceptor, connection: number, bytes: Uint8Array): boolean => {
  if (tell(acceptor, acceptor.connections.fd[connection * 2 + CLIENT] as number, bytes)) return true;
  resetConnection(acceptor, connection, CLIENT, 'ClientGone');
  return false;
};

/**
 * A preface was read, or is not for the peer: enters the next one, or dials, or agrees upon TLS in the
 * context that the preface has chosen.
 */
const goOn = (
  acceptor: Acceptor,
  connection: number,
  { preface, version }: Pick<CurrentPreface, 'preface' | 'version'>,
  context?: ContextHandle,
): void => {
  const { connections, timers } = acceptor;
  const { next } = preface;
  if (preface.reads === 'ProxyHeader' && !isAdmitted(acceptor, connection)) return;
  if (next !== undefined) {
    // The time goes on: it is the client's for all of them.
    enter(acceptor, connection, next, version);
    return;
  }
  connections.prefaces.delete(connection);
  if (context !== undefined) {
    connections.openings.delete(connection); // TLS ends here, and the endpoint speaks in the clear
    makeRoomForHandshake(acceptor);
    beginHandshake(acceptor, connection, context, preface.ticks);
    return;
  }
  timers.clear(connection);
  connections.state[connection] = CONNECTING;
  connections.lastActive[connection] = acceptor.now;
  dialFirst(acceptor, connection);
};

/**
 * On a listener with a PROXY header: who the client is, is settled. What depends on its address belongs here,
 * as it belongs to admit.ts on other listeners. False if it was refused, and has ended.
 */
const isAdmitted = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, table } = acceptor;
  const sources = table.sourcesOfNamed.get(connections.listenerSlot[connection] as number);
  if (sources !== undefined && !isAllowed(sources, connections.clientAddress, connection * 16)) {
    resetConnection(acceptor, connection, CLIENT, 'SourceDenied');
    return false;
  }
  return admitSource(acceptor, connection);
};

/**
 * The backend that a preface of `listener` has named, or -1: a slot that was given to a backend which came
 * later than the listener's table is not the one that was meant.
 */
const selectedBackend = (
  { backends, gone }: ServedTable,
  { version }: Pick<CurrentPreface, 'version'>,
  backendSlot: number,
): number => {
  const backend = backends.get(backendSlot) ?? gone.get(backendSlot);
  return backend !== undefined && backend.since <= version ? backendSlot : -1;
};

type GoOn = Extract<PrefaceOutcome, { readonly type: 'GoOn' }>;
type Answer = Extract<PrefaceOutcome, { readonly type: 'Answer' }>;

/** Remembers what the endpoint has to be told in the clear. */
const carryOn = (
  { connections: { openings } }: Acceptor,
  connection: number,
  { carry, isDirect = false }: Pick<GoOn, 'carry' | 'isDirect'>,
): void => {
  const opening = openings.get(connection);
  if (isDirect) openings.delete(connection);
  else if (opening !== undefined && carry !== undefined)
    openings.set(connection, { ...opening, carried: carry });
};

/** The client was answered, and has more to say, within reason. */
const readOn = (acceptor: Acceptor, connection: number, answer: Answer): void => {
  const { prefaces } = acceptor.connections;
  const current = prefaces.get(connection) as CurrentPreface;
  if (current.answers === MOST_ANSWERS)
    resetConnection(acceptor, connection, CLIENT, current.preface.tooLong);
  else {
    prefaces.set(connection, { ...current, step: answer.step, answers: current.answers + 1 });
    carryOn(acceptor, connection, answer);
    say(acceptor, connection, answer.send);
  }
};

/** The preface is complete: goes on as if the client had only just come. */
const continueWith = (acceptor: Acceptor, connection: number, outcome: GoOn): void => {
  const { connections, table } = acceptor;
  const { backendSlot, named, send, context } = outcome;
  const current = connections.prefaces.get(connection) as CurrentPreface;
  carryOn(acceptor, connection, outcome);
  if (send !== undefined && !say(acceptor, connection, send)) return;
  if (named !== undefined) {
    const { address, port } = named.client;
    for (let i = 0; i < 16; i++) connections.clientAddress[connection * 16 + i] = address[i] as number;
    connections.clientPort[connection] = port;
    connections.details.setDestination(connection, named.destination);
  }
  connections.backendSlot[connection] = selectedBackend(table, current, backendSlot);
  goOn(acceptor, connection, current, context);
};

/**
 * Has the kernel report the client only once `bytes` have come, which also makes its receive buffer large
 * enough: a client that sends byte by byte wakes nobody up with each. An end of stream is reported all the
 * same.
 */
const lookAgainAt = ({ connections, sys }: Acceptor, client: number, bytes: number): void => {
  if (sys.setOption(connections.fd[client] as number, SOL_SOCKET, SO_RCVLOWAT, bytes) >= 0)
    connections.flags[client] = (connections.flags[client] as number) | UNTOLD;
};

const lookAgainAtOnce = ({ connections, sys }: Acceptor, client: number): void => {
  const flags = connections.flags[client] as number;
  if ((flags & UNTOLD) === 0) return;
  connections.flags[client] = flags & ~UNTOLD;
  sys.setOption(connections.fd[client] as number, SOL_SOCKET, SO_RCVLOWAT, 1);
};

/** Bytes of the client, or its end of stream, have arrived: examines all there is, by one preface or more. */
export const readPreface = (acceptor: Acceptor, connection: number): void => {
  // What follows a preface, or one answer, may have come with it, and would not be reported again.
  while (acceptor.connections.state[connection] === PREFACE && examine(acceptor, connection));
};

const noteDetails = (
  { connections }: Acceptor,
  connection: number,
  details: TlsDetails | undefined,
): void => {
  if (details !== undefined) connections.tlsDetails.set(connection, details);
};

/** Examines what has come; true if there may be more to examine at once. */
const examine = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, sys, peeked } = acceptor;
  const { preface, step } = connections.prefaces.get(connection) as CurrentPreface;
  const client = connection * 2 + CLIENT;
  const fd = connections.fd[client] as number;
  const most = Math.min(preface.mostBytes, PREFACE_BYTES);
  let length: number;
  do length = sys.peek(fd, peeked.address, most);
  while (length === -EINTR);
  if (length === -EAGAIN) return false;
  if (length <= 0) {
    resetConnection(acceptor, connection, CLIENT, 'ClientGone');
    return false;
  }
  const outcome = preface.read(peeked.bytes, length, step);
  if (preface.details !== undefined) noteDetails(acceptor, connection, preface.details());
  switch (outcome.type) {
    case 'NeedMore':
      if (length === most) resetConnection(acceptor, connection, CLIENT, preface.tooLong);
      else if (((connections.flags[client] as number) & ENDING) !== 0)
        resetConnection(acceptor, connection, CLIENT, preface.cutShort); // no more will come
      else if (outcome.needed !== undefined) lookAgainAt(acceptor, client, outcome.needed);
      return false;
    case 'Answer':
    case 'GoOn':
      lookAgainAtOnce(acceptor, client);
      if (!drop(acceptor, fd, Math.min(outcome.drop, length)))
        resetConnection(acceptor, connection, CLIENT, 'ClientGone');
      else if (outcome.type === 'GoOn') continueWith(acceptor, connection, outcome);
      else readOn(acceptor, connection, outcome);
      return true;
    case 'Refuse':
      refuseWith(acceptor, connection, outcome);
      return false;
    default:
      return outcome satisfies never;
  }
};

const refuseWith = (
  acceptor: Acceptor,
  connection: number,
  { reason, send = NOTHING, context }: Extract<PrefaceOutcome, { readonly type: 'Refuse' }>,
): void => {
  const fd = acceptor.connections.fd[connection * 2 + CLIENT] as number;
  const isTold =
    (context !== undefined && rejectHello(acceptor, connection, context)) ||
    (send.length > 0 && tell(acceptor, fd, send));
  if (isTold) endRefused(acceptor, connection, reason);
  else resetConnection(acceptor, connection, CLIENT, reason);
};

export const onPrefaceDeadline = (acceptor: Acceptor, connection: number): void => {
  const { preface } = acceptor.connections.prefaces.get(connection) as CurrentPreface;
  resetConnection(acceptor, connection, CLIENT, preface.tooSlow);
};

/**
 * The preface is the listener's newest, which knows the new table. If the listener has gone, or has none any
 * more that reads the same, the connection keeps the one that it is in.
 */
export const followNewPreface = (acceptor: Acceptor, connection: number): void => {
  const { connections, table } = acceptor;
  const slot = connections.listenerSlot[connection];
  const current = connections.prefaces.get(connection) as CurrentPreface;
  const { reads, endpoint } = current.preface;
  const listener = table.listeners.find((candidate) => candidate.slot === slot);
  if (listener === undefined) return;
  for (let { preface } = listener; preface !== undefined; preface = preface.next)
    // Another protocol has other steps.
    if (preface.reads === reads && preface.endpoint === endpoint)
      connections.prefaces.set(connection, { ...current, preface, version: listener.version });
};
