import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that hears nothing for this long fails, instead of hanging its test. */
const SILENCE_MS = 30_000;

/** A connected client; half-open connections are allowed, so the test sees both ends of stream. */
export const dialClient = async (port: number, host = '127.0.0.1'): Promise<Socket> => {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(SILENCE_MS) });
  return socket;
};

/** Waits for an event of a socket; an end or an error that comes instead fails, and so does silence. */
export const next = async (socket: Socket, event: 'data' | 'end'): Promise<void> => {
  await once(socket, event, { signal: AbortSignal.timeout(SILENCE_MS) });
};

/** Waits until a socket has closed, in order or by an error; silence before that fails. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('close', () => resolve());
    socket.setTimeout(SILENCE_MS, () =>
      reject(new Error(`not closed, and nothing came for ${SILENCE_MS} ms`)),
    );
  });

/** Everything the peer sends until its end of stream, leaving our own side open; rejects with the socket's error. */
export const readAll = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk as Buffer));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
    socket.setTimeout(SILENCE_MS, () => reject(new Error(`nothing came for ${SILENCE_MS} ms`)));
  });

/** Connects, sends nothing, and returns what the server says until it ends. */
export const askOnce = async (port: number, host?: string): Promise<string> => {
  const socket = await dialClient(port, host);
  try {
    return (await readAll(socket)).toString();
  } finally {
    socket.destroy();
  }
};

/** How a connection ended: its error code (ECONNRESET), 'end', or 'not' when nothing came for long. */
export const howItEnded = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('end', () => resolve('end'));
    socket.setTimeout(SILENCE_MS, () => resolve('not'));
    socket.resume();
  });

/** How a connection that is begun now ends; it may be reset before it counts as connected. */
export const howDialEnds = async (port: number): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const how = await howItEnded(socket);
  socket.destroy();
  return how;
};
