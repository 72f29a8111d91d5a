import { connect, type Socket } from 'node:net';
import { type LoadResult, LoadTally } from './load-result.ts';

/** The wire format of one protocol's requests. */
export interface Protocol {
  /** The bytes of the nth request on the nth connection. */
  request(connection: number, request: number): string;
  /**
   * Parses one response at the start of `received`: its length in bytes, and the endpoint that sent it;
   * undefined while it is incomplete. Throws if it is not the expected response.
   */
  parseResponse(
    received: string,
    connection: number,
    request: number,
  ): { readonly length: number; readonly endpoint?: string } | undefined;
}

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  /** Total requests; the load ends when they have completed or failed. */
  readonly requests: number;
  readonly connections: number;
  /** Milliseconds that one response may take. */
  readonly timeoutMs: number;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

/**
 * One connection that sends one request after another; a failed connection is reopened for the next request.
 */
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
        // A destroyed socket emits further events; only the first one counts.
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
      socket.on('timeout', () => fail('no response in time'));
      socket.on('error', (error) => fail(reasonOf(error)));
      socket.on('close', () => fail('closed before the response'));
    };
    const take = (socket: Socket, fail: (reason: string) => void): void => {
      try {
        const response = protocol.parseResponse(received, index, next);
        if (!response) return;
        const now = performance.now();
        tally.succeeded(now - sentAt, response.endpoint);
        received = received.slice(response.length);
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

/** Sends a bounded number of requests over keep-alive connections, and reports how they were answered. */
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
