import { TLS_FAILED } from '../../sys/tls.ts';
import { CLIENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import type { ContextHandle } from './server-contexts.ts';

/**
 * Gives OpenSSL a ClientHello that is refused, so that the client gets the alert which says what is wrong
 * with it. False if OpenSSL did not refuse it.
 */
export const rejectHello = (acceptor: Acceptor, connection: number, { address }: ContextHandle): boolean => {
  const { connections } = acceptor;
  const tls = acceptor.tls();
  const fd = connections.fd[connection * 2 + CLIENT] as number;
  const side = address === 0 ? 0 : tls.accept(address, fd);
  if (side === 0) return false;
  const isRefused = tls.handshake(side) === -TLS_FAILED;
  tls.free(side);
  return isRefused;
};
