import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { buildConnector as Build } from 'undici';
import { refuseSelfConnection } from '../program/self-connection.ts';
import { buildConnector, errors } from './undici.ts';

/**
 * A TCP connection that ends with a reset: what the kernel has not delivered yet is thrown away. Closed in
 * order, it would be delivered whenever the network comes back, long after the caller gave the call up.
 */
class ResettingSocket extends Socket {
  /**
   * Node's own mark, which resetAndDestroy() sets; that one waits for its writes to end, which a lost network
   * keeps from happening.
   */
  resetAndClosing = false;
  /** The TLS over it, which ends the connection without asking it. */
  secured: Duplex | undefined;

  override destroy(error?: Error): this {
    // Once the end is on its way there is nothing to reset: libuv refuses to, and would never close the
    // descriptor.
    const isEnding = this.writableEnded || this.secured?.writableEnded === true;
    this.resetAndClosing = !this.connecting && !isEnding;
    return super.destroy(error);
  }
}

type Options = Build.BuildOptions & {
  /** Milliseconds for the TCP connection, and the same again for TLS. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly keepAliveInitialDelay: number;
};

/** Connects for undici, with or without TLS, by connections that end with a reset. */
export function resettingConnector({ signal, ...options }: Options): Build.connector {
  const secure = buildConnector({ ...options, allowH2: false });
  return (target, callback) => {
    const { hostname, port, protocol } = target;
    const isSecure = protocol === 'https:';
    const socket = new ResettingSocket({ signal });
    const late = setTimeout(() => {
      socket.destroy(new errors.ConnectTimeoutError(`no connection in ${options.timeout / 1000} s`));
    }, options.timeout);
    const failed = (error: Error) => {
      clearTimeout(late);
      callback(error, null);
    };
    socket.setNoDelay(true).setKeepAlive(true, options.keepAliveInitialDelay);
    socket.once('error', failed);
    refuseSelfConnection(socket);
    socket.connect({ host: hostname, port: Number(port) || (isSecure ? 443 : 80) }, () => {
      if (socket.destroyed) return; // connected to itself, of which the error tells
      clearTimeout(late);
      socket.off('error', failed);
      socket.on('error', () => {}); // told by whoever uses it: undici, or TLS
      if (!isSecure) {
        callback(null, socket);
        return;
      }
      const secured: unknown = secure({ ...target, httpSocket: socket }, callback);
      if (secured instanceof Duplex) socket.secured = secured;
    });
  };
}
