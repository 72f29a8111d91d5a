import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface OpenConnections {
  readonly count: number;
  close(): Promise<void>;
}

/** Number of connections that are opened at once: fewer than fit into any listen queue. */
const AT_ONCE = 64;
/** A connection without a response after this time is one that the balancer cannot hold. */
const RESPONSE_MS = 5_000;
const MESSAGE = Buffer.alloc(64, 'x');

/** What the connections are opened to: over TLS 1.3 to this server, or in the clear. */
export interface Opened {
  readonly address: string;
  readonly port: number;
  readonly serverName?: string;
}

const connectTo = ({ address: host, port, serverName: servername }: Opened, onOpen: () => void): Socket =>
  servername === undefined
    ? connect({ port, host }, onOpen)
    : connectTls({ port, host, servername, rejectUnauthorized: false, minVersion: 'TLSv1.3' }, onOpen);

/**
 * Opens one connection and sends a message there and back; rejects if it fails or nothing comes back in time.
 */
const openOne = (to: Opened): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connectTo(to, () => socket.write(MESSAGE));
    const tooLate = setTimeout(() => {
      socket.destroy(new Error(`no response within ${RESPONSE_MS / 1000} s`));
    }, RESPONSE_MS);
    let received = 0;
    socket.on('data', (data: Buffer) => {
      received += data.length;
      if (received < MESSAGE.length) return;
      clearTimeout(tooLate);
      resolve(socket);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(tooLate);
      reject(new Error('the connection was closed before the response'));
    });
  });

const closeOne = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve()).destroy();
  });

/**
 * Opens connections through a balancer to an echo server and leaves them idle: `most` of them, or as many as
 * the balancer holds. Throws if those are fewer than `least`.
 */
export const openConnections = async (
  to: Opened,
  most: number,
  least: number,
  signal: AbortSignal,
): Promise<OpenConnections> => {
  const sockets: Socket[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sockets.splice(0).map(closeOne));
  };
  let left = most;
  const opener = async (): Promise<void> => {
    while (left > 0 && !signal.aborted) {
      left--;
      try {
        sockets.push(await openOne(to));
      } catch (error) {
        left = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, opener));
  if (sockets.length >= least && !signal.aborted) return { count: sockets.length, close };
  const held = sockets.length;
  await close();
  signal.throwIfAborted();
  const cause: unknown = ended.find((one) => one.status === 'rejected')?.reason;
  throw new Error(`the balancer held only ${held} of ${most} connections`, { cause });
};
