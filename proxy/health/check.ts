import http from 'node:http';
import net from 'node:net';
import type { CheckResult } from './state.ts';

/** One check to make: of which address, and how. Times in milliseconds. */
export interface CheckRequest {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Left out for a TCP check. */
  readonly http?: { readonly path: string; readonly expectedStatuses: readonly number[] };
}

/** Makes one check; resolves with what it found, never rejects, and leaves nothing open. */
export type Check = (request: CheckRequest, signal: AbortSignal) => Promise<CheckResult>;

/** A longer timer fires at once (32-bit milliseconds). */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Header bytes that an answer may have; its body is never read. */
const MAX_HEADER_BYTES = 8_192;

/** TCP: the connection is accepted in time. HTTP: a GET is answered with an expected status in time. Each on a new connection. */
export const check: Check = (request, signal) =>
  request.http === undefined ? checkTcp(request, signal) : checkHttp(request, request.http, signal);

const checkTcp = ({ address, port, timeoutMs }: CheckRequest, signal: AbortSignal): Promise<CheckResult> =>
  new Promise((resolve) => {
    // autoSelectFamily off: the address is one address.
    const socket = net.connect({ host: address, port, autoSelectFamily: false });
    const end = ender(resolve, signal, timeoutMs, () => {
      // A reset leaves no TIME_WAIT behind; before the connection stands it would wait for it.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    });
    socket.once('connect', () => end({ ok: true }));
    socket.on('error', (error) => end(failure(error)));
  });

const checkHttp = (
  { address, port, timeoutMs }: CheckRequest,
  { path, expectedStatuses }: NonNullable<CheckRequest['http']>,
  signal: AbortSignal,
): Promise<CheckResult> =>
  new Promise((resolve) => {
    const request = http.request({
      host: address,
      port,
      path,
      method: 'GET',
      agent: false,
      headers: { 'user-agent': 'l4balancer-health', connection: 'close' },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    const end = ender(resolve, signal, timeoutMs, () => request.destroy());
    const failed = (error: NodeJS.ErrnoException) => end(failure(error));
    request.once('response', (response) => {
      const { statusCode = 0 } = response;
      response.on('error', failed); // of the body, which is cut off
      if (expectedStatuses.includes(statusCode)) end({ ok: true });
      else end({ ok: false, reason: `status ${statusCode}, expected ${expectedStatuses.join(' or ')}` });
    });
    request.on('error', failed);
    request.end();
  });

/** Ends a check once: by its result, by its timeout or by `signal`; `close` then frees what it held. */
const ender = (
  resolve: (result: CheckResult) => void,
  signal: AbortSignal,
  timeoutMs: number,
  close: () => void,
): ((result: CheckResult) => void) => {
  let ended = false;
  const end = (result: CheckResult): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    close();
    resolve(result);
  };
  const stop = (): void => end({ ok: false, reason: 'check stopped' });
  const timer = setTimeout(
    () => end({ ok: false, reason: `no answer within ${timeoutMs} ms` }),
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  return end;
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'connection timed out',
  EMFILE: 'the proxy has no file descriptors left',
  ENFILE: 'the machine has no file descriptors left',
  ENOBUFS: 'the machine has no buffers left for sockets',
  EADDRNOTAVAIL: 'the proxy has no source ports left',
  HPE_HEADER_OVERFLOW: 'answer headers above 8 KiB',
};

/** The proxy or its machine ran out of something: taking endpoints out for that would make a shortage an outage. */
const LOCAL: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS']);

const failure = (error: NodeJS.ErrnoException): CheckResult => ({
  ok: false,
  reason: describe(error),
  ...(LOCAL.has(error.code) ? { local: true } : {}),
});

const describe = (error: NodeJS.ErrnoException): string =>
  REASONS[error.code ?? ''] ??
  (error.code?.startsWith('HPE_') ? 'the answer is not HTTP' : (error.code ?? error.message));
