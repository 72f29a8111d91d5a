import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { SOCKET_ADDRESS_BYTES } from '../../sys/socket-address.ts';
import { AF_INET6, EAGAIN, IPPROTO_TCP, TCP_NODELAY } from '../../sys/sys.ts';
import { WANTS_WRITE } from '../../sys/tls.ts';
import { CLIENT, ENDPOINT, PROMPT, READABLE, SECURING } from './connections.ts';
import type { Acceptor } from './context.ts';
import type { EndpointContext } from './endpoint-contexts.ts';
import { endpointTlsFailure } from './endpoint-tls-failure.ts';
import type { ServedBackend } from './served-table.ts';
import { watchWritable } from './watch-sides.ts';

/** How far TLS with an endpoint has got; or why the attempt has failed. */
export type SecuringProgress = 'Waiting' | 'Done' | ConnectFailure;

/**
 * Gives the endpoint's side of a connection its TLS, if its backend speaks it; returns why it could not.
 * Nothing is sent before `secure`.
 */
export const prepareTls = (
  { connections, sys, tls, nowMs }: Acceptor,
  connection: number,
  { context, addresses, families }: ServedBackend,
  index: number,
): ConnectFailure | undefined => {
  if (context === undefined) return undefined;
  if (context.address === 0) return 'TlsNotReady';
  const endpoint = connection * 2 + ENDPOINT;
  const slot = connections.endpointSlot[connection] as number;
  const isIPv6 = families[index] === AF_INET6;
  const side = tls().connect(context.address, connections.fd[endpoint] as number, {
    session: context.sessions.sessionFor(slot, nowMs),
    group: context.groups.groupFor(slot, nowMs),
    client: connections.tls[connection * 2 + CLIENT] as number,
    // struct sockaddr_in, or sockaddr_in6
    address: addresses + index * SOCKET_ADDRESS_BYTES + (isIPv6 ? 8 : 4),
    addressLength: isIPv6 ? 16 : 4,
  });
  if (side === 0) return 'NoMemory';
  connections.tls[endpoint] = side;
  connections.tlsNotes[endpoint] = 0;
  // Neither a message of the handshake behind another one, or behind a header, nor what is sent first after
  // it is to wait for an acknowledgement, which an endpoint may delay by 40 ms.
  sys.setOption(connections.fd[endpoint] as number, IPPROTO_TCP, TCP_NODELAY, 1);
  connections.flags[endpoint] = (connections.flags[endpoint] as number) | PROMPT;
  return undefined;
};

/** Whether TLS is spoken with the endpoint of a connection. */
export const isSecured = ({ connections }: Acceptor, connection: number): boolean =>
  connections.tls[connection * 2 + ENDPOINT] !== 0;

/** The context of a connection's endpoint, if its backend still has it. */
const contextInUse = (acceptor: Acceptor, connection: number): EndpointContext | undefined => {
  const { connections, table } = acceptor;
  const side = connections.tls[connection * 2 + ENDPOINT] as number;
  const context = table.backends.get(connections.backendSlot[connection] as number)?.context;
  if (context === undefined || context.address === 0) return undefined;
  return acceptor.tls().contextOf(side) === context.address ? context : undefined;
};

/** Remembers how a handshake has ended: the group of its key, 0 for none, and if it was a full one. */
const noteHandshake = (acceptor: Acceptor, connection: number, group: number, wasFull: boolean): void => {
  const context = contextInUse(acceptor, connection);
  const slot = acceptor.connections.endpointSlot[connection] as number;
  context?.groups.note(slot, group, acceptor.nowMs);
  if (wasFull) context?.sessions.noteVerified(slot, acceptor.nowMs);
};

/**
 * Begins or goes on with the handshake as far as the endpoint's bytes and the socket allow; the time is that
 * of the attempt to connect. Bytes of the endpoint may be read along with the last ones of the handshake, of
 * which the kernel will not report anything.
 */
export const secure = (acceptor: Acceptor, connection: number): SecuringProgress => {
  const { connections } = acceptor;
  const tls = acceptor.tls();
  const endpoint = connection * 2 + ENDPOINT;
  connections.state[connection] = SECURING;
  const side = connections.tls[endpoint] as number;
  const result = tls.handshake(side);
  switch (result) {
    case 1: {
      const isResumed = tls.isResumed(side);
      acceptor.counters.endpointSecured(connections.backendSlot[connection] as number, isResumed);
      noteHandshake(acceptor, connection, tls.chosenGroup(side), !isResumed);
      connections.flags[endpoint] = (connections.flags[endpoint] as number) | READABLE;
      return 'Done';
    }
    case -EAGAIN:
      return 'Waiting';
    case -WANTS_WRITE:
      return watchWritable(acceptor, endpoint) ? 'Waiting' : 'NoMemory';
    default:
      // Whatever group it chose before, the next attempt begins as the first one did.
      noteHandshake(acceptor, connection, 0, false);
      return endpointTlsFailure(result, tls.reason, tls.verifyResult(side));
  }
};

/**
 * The endpoint's side of a connection that was relayed has ended: what later connections can resume is kept,
 * as long as the backend has the same settings. OpenSSL drops the session of a connection that broke the
 * protocol, or that the endpoint cut off before it got our end.
 */
export const keepSession = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  const side = connections.tls[connection * 2 + ENDPOINT] as number;
  if (side === 0) return;
  const tls = acceptor.tls();
  const context = contextInUse(acceptor, connection);
  if (context === undefined) return;
  const session = tls.takeSession(side);
  if (session === 0) return;
  const slot = connections.endpointSlot[connection] as number;
  context.sessions.leave(slot, session, connections.began[connection] as number);
};
