import type { Clock } from '../../kube/clock.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import { createTokenBucket, type Rate } from './token-bucket.ts';
import { URGENCIES, type Urgency, urgencyOf } from './urgency.ts';

/** Throttles transports by one shared bucket. Watches are exempt: each has a backoff of its own. */
export type Throttle = (transport: Transport) => ThrottledTransport;

export interface ThrottledTransport extends Transport {
  /**
   * Fails the waiting calls and all later ones; calls in flight continue. `close` does the same before it
   * closes.
   */
  cancelWaiting(): void;
}

type Waiter = () => void;

/**
 * Lets calls pass at the given rate; of those that wait, the most urgent goes first. After a 429, nothing is
 * sent for as long as the API server asks.
 */
export const createThrottle = (rate: Rate, clock: Clock): Throttle => {
  const bucket = createTokenBucket(rate);
  const waiting: Readonly<Record<Urgency, Waiter[]>> = { Work: [], Status: [], Event: [] };
  let isServing = false;

  const next = (): Waiter[] | undefined =>
    URGENCIES.map((urgency) => waiting[urgency]).find((row) => row.length > 0);

  const serve = async (): Promise<void> => {
    if (isServing) return;
    isServing = true;
    for (let row = next(); row !== undefined; row = next()) {
      const waitMs = bucket.take(clock.now());
      if (waitMs === 0) row.shift()?.();
      else await clock.sleep(waitMs, NEVER_ABORTS);
    }
    isServing = false;
  };

  const pass = (urgency: Urgency, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const row = waiting[urgency];
      const cancelWaiting = () => {
        const at = row.indexOf(waiter);
        if (at >= 0) row.splice(at, 1);
        resolve(false);
      };
      const waiter = () => {
        signal.removeEventListener('abort', cancelWaiting);
        resolve(true);
      };
      signal.addEventListener('abort', cancelWaiting, { once: true });
      row.push(waiter);
      void serve();
    });

  return (transport) => {
    const end = new AbortController();
    const cancelWaiting = (): void => end.abort();
    return {
      ...transport,
      async request(call) {
        const signal = call.signal === undefined ? end.signal : AbortSignal.any([call.signal, end.signal]);
        if (!(await pass(urgencyOf(call), signal))) throw cancelledError(`${call.method} ${call.path}`);
        try {
          return await transport.request(call);
        } catch (error) {
          if (error instanceof ApiError && error.code === 'TooManyRequests')
            bucket.pause(clock.now() + (error.retryAfterMs ?? 1000));
          throw error;
        }
      },
      cancelWaiting,
      close() {
        cancelWaiting();
        return transport.close();
      },
    };
  };
};

const cancelledError = (tried: string): TransportError =>
  new TransportError('Stopped', 'the API server', tried, 'its caller cancelled it');

const NEVER_ABORTS = new AbortController().signal;
