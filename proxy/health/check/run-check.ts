import { type CheckResult, failed } from './result.ts';

/** What a running check holds. */
export interface OpenCheck {
  /** Bytes that the endpoint has sent so far. */
  bytesRead(): number;
  /** Frees all of it; called once. */
  close(): void;
  /** What is known already, where only a goodbye is still waited for: the result if time or patience runs out. */
  known?(): CheckResult | undefined;
}

/** Begins a check; what it finds goes to `end`, of which only the first call counts. */
export type Begin = (end: (result: CheckResult) => void) => OpenCheck;

/** A longer timer fires at once (32-bit milliseconds). */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** No answer to a check is longer: a certificate chain is the longest part of any. */
const MAX_ANSWER_BYTES = 256 * 1024;
const LOOK_MS = 100;

/**
 * Runs a check until it has a result, `timeoutMs` have passed, the endpoint has sent more than any answer needs, or `signal` aborts;
 * then frees what it held. Never rejects.
 */
export const runToEnd = (begin: Begin, timeoutMs: number, signal: AbortSignal): Promise<CheckResult> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve(STOPPED);
      return;
    }
    let open: OpenCheck | undefined;
    let ended = false;
    const end = (result: CheckResult): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timeout);
      clearInterval(look);
      signal.removeEventListener('abort', stop);
      open?.close();
      resolve(result);
    };
    const stop = (): void => end(STOPPED);
    const tooLate = (): void =>
      end(open?.known?.() ?? failed('TimedOut', `no answer within ${timeoutMs} ms`));
    // Where this process was late itself, the answer may have come: it is looked at first.
    const timeout = setTimeout(() => setImmediate(tooLate), Math.min(timeoutMs, MAX_TIMER_MS));
    // The parsers bound what they keep; this bounds the work that an endless answer makes.
    const look = setInterval(() => {
      if ((open?.bytesRead() ?? 0) > MAX_ANSWER_BYTES) end(open?.known?.() ?? TOO_LONG);
    }, LOOK_MS);
    signal.addEventListener('abort', stop);
    try {
      open = begin(end);
    } catch (error) {
      // An argument that a library does not take: one endpoint's check fails, not the proxy.
      end(failed('Other', error instanceof Error ? error.message : String(error)));
      return;
    }
    if (ended) open.close();
  });

const STOPPED = failed('Local', 'check stopped');
const TOO_LONG = failed('Protocol', `an answer above ${MAX_ANSWER_BYTES / 1024} KiB`);
