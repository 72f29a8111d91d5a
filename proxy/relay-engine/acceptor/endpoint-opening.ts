import { type EndpointPart, MOST_OPENING_BYTES } from '../../start-tls/opening.ts';
import { EAGAIN, EINTR, IPPROTO_TCP, TCP_QUICKACK } from '../../sys/sys.ts';
import { ENDING, ENDPOINT, OPENING, SENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { drop, tell } from './tell.ts';

/** What the endpoint of a connection is told in the clear, and how far it has come. */
export interface CurrentOpening {
  readonly endpoint: EndpointPart;
  /** What the client has said that the endpoint has to be told. */
  readonly carried: Uint8Array;
  readonly step: number;
}

/**
 * Where an endpoint has got to. 'Done': TLS begins with what the client sends. 'Failed': it does not begin
 * TLS, or has gone.
 */
export type OpeningProgress = 'Waiting' | 'Done' | 'Failed';

const tellEndpoint = (acceptor: Acceptor, connection: number, bytes: Uint8Array): boolean => {
  const { fd, flags } = acceptor.connections;
  const endpoint = connection * 2 + ENDPOINT;
  if (bytes.length > 0) flags[endpoint] = (flags[endpoint] as number) | SENT;
  return tell(acceptor, fd[endpoint] as number, bytes);
};

/**
 * An endpoint that has just been connected is told what it expects before TLS; the time is that of the
 * attempt to connect.
 */
export const beginOpening = (
  acceptor: Acceptor,
  connection: number,
  { endpoint, carried }: CurrentOpening,
): OpeningProgress => {
  const { connections, sys } = acceptor;
  connections.state[connection] = OPENING;
  connections.openings.set(connection, { endpoint, carried, step: 0 });
  if (!tellEndpoint(acceptor, connection, endpoint.greeting(carried))) return 'Failed';
  // An endpoint that speaks first waits for the last packet of the handshake, which was held back.
  sys.setOption(connections.fd[connection * 2 + ENDPOINT] as number, IPPROTO_TCP, TCP_QUICKACK, 1);
  return readOpening(acceptor, connection);
};

/** Bytes of the endpoint have arrived: examines all there is. */
export const readOpening = (acceptor: Acceptor, connection: number): OpeningProgress => {
  const { connections, sys, peeked } = acceptor;
  const side = connection * 2 + ENDPOINT;
  const fd = connections.fd[side] as number;
  for (;;) {
    const opening = connections.openings.get(connection) as CurrentOpening;
    let length: number;
    do length = sys.peek(fd, peeked.address, MOST_OPENING_BYTES);
    while (length === -EINTR);
    const hasEnded = ((connections.flags[side] as number) & ENDING) !== 0;
    if (length === -EAGAIN) return hasEnded ? 'Failed' : 'Waiting';
    if (length <= 0) return 'Failed';
    const next = opening.endpoint.read(peeked.bytes, length, opening.step, opening.carried);
    switch (next.type) {
      case 'NeedMore':
        return hasEnded || length === MOST_OPENING_BYTES ? 'Failed' : 'Waiting';
      case 'Say':
      case 'TlsFollows':
        if (!drop(acceptor, fd, next.drop) || !tellEndpoint(acceptor, connection, next.send)) return 'Failed';
        if (next.type === 'TlsFollows') return 'Done';
        connections.openings.set(connection, { ...opening, step: next.step });
        break;
      case 'Fail':
        return 'Failed';
      default:
        return next satisfies never;
    }
  }
};
