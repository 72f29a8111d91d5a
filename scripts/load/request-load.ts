import { connect, type Socket } from 'node:net';
import { type LoadResult, LoadTally } from './load-result.ts';

/** How requests of one protocol look on the wire. */
export interface Protocol {
  /** Bytes of the request with this number on the connection with this number. */
  request(connection: number, request: number): string;
  /**
   * Reads one answer at the start of `received`: how many bytes it takes, and who answered; undefined while it is not whole.
   * Throws for an answer that is not what was asked for.
   */
  answer(
    received: string,
    connection: number,
    request: number,
  ): { readonly length: number; readonly endpoint?: string } | undefined;
}

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  /** Requests in all; the load ends when they are done or have failed. */
  readonly requests: number;
  readonly connections: number;
  /** Milliseconds that one answer may take. */
  readonly timeoutMs: number;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

/** One connection, one request after the other; a connection that fails is made anew for the next request. */
const runConnection = (
  index: number,
  count: number,
  protocol: Protocol,
  { host, port, timeoutMs }: LoadOptions,
  tally: LoadTally,
): Promise<void> =>
  new Promise((resolve) => {
    let next = 0;
    let sentAt = 0;
    let received = '';
    const open = (): void => {
      if (next === count) {
        resolve();
        return;
      }
      received = '';
      sentAt = performance.now();
      const socket = connect({ host, port, noDelay: true });
      socket.setEncoding('latin1').setTimeout(timeoutMs);
      const fail = (reason: string): void => {
        // A socket that is destroyed says so again; only its first word counts.
        socket.removeAllListeners().on('error', () => {});
        socket.destroy();
        tally.failed(reason);
        next++;
        open();
      };
      socket.on('connect', () => socket.write(protocol.request(index, next)));
      socket.on('data', (text: string) => {
        received += text;
        take(socket, fail);
      });
      socket.on('timeout', () => fail('no answer in time'));
      socket.on('error', (error) => fail(reasonOf(error)));
      socket.on('close', () => fail('closed before the answer'));
    };
    const take = (socket: Socket, fail: (reason: string) => void): void => {
      try {
        const answer = protocol.answer(received, index, next);
        if (!answer) return;
        const now = performance.now();
        tally.succeeded(now - sentAt, answer.endpoint);
        received = received.slice(answer.length);
        next++;
        sentAt = now;
      } catch (error) {
        fail(reasonOf(error));
        return;
      }
      if (next < count) {
        socket.write(protocol.request(index, next));
        return;
      }
      socket.removeAllListeners().on('error', () => {});
      socket.end(() => socket.destroy());
      resolve();
    };
    open();
  });

/** Sends a bounded number of requests over connections that stay open, and says how they were answered. */
export const requestLoad = async (protocol: Protocol, options: LoadOptions): Promise<LoadResult> => {
  const { requests } = options;
  const connections = Math.min(options.connections, requests);
  const tally = new LoadTally(requests);
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      const share = Math.floor(requests / connections) + (index < requests % connections ? 1 : 0);
      return runConnection(index, share, protocol, options, tally);
    }),
  );
  return tally.result(performance.now() - start);
};
