import { type CheckResult, failed } from './result.ts';

/** A check in progress, with the resources that it holds. */
export interface OpenCheck {
  /** Number of bytes that the endpoint has sent so far. */
  bytesRead(): number;
  /** Releases all resources; called once. */
  close(): void;
  /**
   * The result, if it is known and only the connection still has to be closed. It counts if the timeout or
   * the size limit ends the check.
   */
  result?(): CheckResult | undefined;
}

/** Starts a check and passes its result to `end`, of which only the first call counts. */
export type StartCheck = (end: (result: CheckResult) => void) => OpenCheck;

/** A longer timer fires at once, since Node keeps it in 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** No legitimate answer is longer; the longest one includes a certificate chain. */
const MAX_ANSWER_BYTES = 256 * 1024;
const SIZE_POLL_MS = 100;

/**
 * Runs a check until it has a result, `timeoutMs` have passed, the endpoint has sent more than any legitimate
 * answer needs, or `signal` aborts; then releases its resources. Never rejects.
 */
export const runCheck = (start: StartCheck, timeoutMs: number, signal: AbortSignal): Promise<CheckResult> =>
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
      clearInterval(sizePoll);
      signal.removeEventListener('abort', stop);
      open?.close();
      resolve(result);
    };
    const stop = (): void => end(STOPPED);
    const onTimeout = (): void =>
      end(open?.result?.() ?? failed('TimedOut', `no answer within ${timeoutMs} ms`));
    // If this process itself was late, the answer may already have arrived; setImmediate lets it be read
    // first.
    const timeout = setTimeout(() => setImmediate(onTimeout), Math.min(timeoutMs, MAX_TIMER_MS));
    // The parsers limit how much they keep; this limits how much work an endless answer causes.
    const sizePoll = setInterval(() => {
      if ((open?.bytesRead() ?? 0) > MAX_ANSWER_BYTES) end(open?.result?.() ?? TOO_LONG);
    }, SIZE_POLL_MS);
    signal.addEventListener('abort', stop);
    try {
      open = start(end);
    } catch (error) {
      // A library rejected an argument: one endpoint's check fails, not the whole proxy.
      end(failed('Other', error instanceof Error ? error.message : String(error)));
      return;
    }
    if (ended) open.close();
  });

const STOPPED = failed('Local', 'check stopped');
const TOO_LONG = failed('Protocol', `the answer exceeds ${MAX_ANSWER_BYTES / 1024} KiB`);
