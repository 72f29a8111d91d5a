import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that receives nothing for this long fails, instead of hanging its test. */
const SILENCE_MS = 30_000;

/** A connected client; half-open connections are allowed, so that tests see both ends of stream. */
export const dialClient = async (port: number, host = '127.0.0.1'): Promise<Socket> => {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(SILENCE_MS) });
  return socket;
};

/** Waits for an event of a socket; fails on an end, an error, or silence. */
export const next = async (socket: Socket, event: 'data' | 'end'): Promise<void> => {
  await once(socket, event, { signal: AbortSignal.timeout(SILENCE_MS) });
};

/** Waits until a socket has closed, in order or by an error; fails on silence. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('close', () => resolve());
    socket.setTimeout(SILENCE_MS, () =>
      reject(new Error(`not closed, and nothing came for ${SILENCE_MS} ms`)),
    );
  });

/** Reads until the peer's end of stream, leaving our own side open; rejects with the socket's error. */
export const readAll = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk as Buffer));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
    socket.setTimeout(SILENCE_MS, () => reject(new Error(`nothing came for ${SILENCE_MS} ms`)));
  });

/** Connects, sends nothing, and returns everything that the server sends. */
export const askOnce = async (port: number, host?: string): Promise<string> => {
  const socket = await dialClient(port, host);
  try {
    return (await readAll(socket)).toString();
  } finally {
    socket.destroy();
  }
};

/** How a connection ended: its error code (ECONNRESET), 'end', or 'not' after a long silence. */
export const howItEnded = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('end', () => resolve('end'));
    socket.setTimeout(SILENCE_MS, () => resolve('not'));
    socket.resume();
  });

/** Connects, and returns how the connection ended; it may be reset before it counts as connected. */
export const howDialEnds = async (port: number): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const how = await howItEnded(socket);
  socket.destroy();
  return how;
};
