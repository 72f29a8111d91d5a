import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { buildConnector as Build } from 'undici';
import { refuseSelfConnection } from '../program/self-connection.ts';
import { buildConnector, errors } from './undici.ts';

/**
 * A TCP connection that ends with a reset, which discards what the kernel has not delivered yet. If it were
 * closed in order, that would be delivered when the network recovers, long after the caller cancelled the
 * call.
 */
class ResettingSocket extends Socket {
  /**
   * A flag of Node itself, set by resetAndDestroy(). That method waits for pending writes, which never
   * complete if the network is lost.
   */
  resetAndClosing = false;
  /** The TLS socket on top of it, which may end the connection by itself. */
  secured: Duplex | undefined;

  override destroy(error?: Error): this {
    // Once the end is being sent, libuv refuses a reset and would never close the descriptor.
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

/** A connector for undici, with or without TLS, whose connections end with a reset. */
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
      if (socket.destroyed) return; // connected to itself; the error was already reported
      clearTimeout(late);
      socket.off('error', failed);
      socket.on('error', () => {}); // reported by its user: undici or TLS
      if (!isSecure) {
        callback(null, socket);
        return;
      }
      const secured: unknown = secure({ ...target, httpSocket: socket }, callback);
      if (secured instanceof Duplex) socket.secured = secured;
    });
  };
}
