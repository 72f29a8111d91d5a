import type { Clock } from '../../kube/clock.ts';
import { ApiError, CredentialsError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';

/** Observes whether the API server accepts the operator's credentials. */
export interface CredentialWatch {
  /** Wraps a transport to observe its calls. */
  readonly watched: (transport: Transport) => Transport;
  /**
   * A sentence if calls have been refused for invalid credentials for longer than a renewal may take;
   * undefined otherwise.
   */
  readonly problem: () => string | undefined;
}

/** After a refusal, a replaced token is read again within ten seconds. */
const GRACE_PERIOD_MS = 15_000;

/**
 * `now` is in milliseconds. Any other response shows that the credentials are accepted; no response shows
 * nothing.
 */
export const createCredentialWatch = (now: () => number): CredentialWatch => {
  let refused: { readonly since: number; readonly error: Error } | undefined;
  const known = (): void => {
    refused = undefined;
  };
  const failed = (error: unknown): void => {
    const isRefused =
      error instanceof CredentialsError || (error instanceof ApiError && error.code === 'Unauthorized');
    if (isRefused) refused = { since: refused?.since ?? now(), error };
    else if (error instanceof ApiError && error.httpStatus < 500) known();
  };
  return {
    watched: (transport) => ({
      async request(call) {
        try {
          const answer = await transport.request(call);
          known();
          return answer;
        } catch (error) {
          failed(error);
          throw error;
        }
      },
      async *lines(call) {
        const onOpen = () => {
          known();
          call.onOpen?.();
        };
        try {
          yield* transport.lines({ ...call, onOpen });
        } catch (error) {
          failed(error);
          throw error;
        }
      },
      close: () => transport.close(),
    }),
    problem() {
      if (refused === undefined || now() - refused.since < GRACE_PERIOD_MS) return undefined;
      const seconds = Math.round((now() - refused.since) / 1000);
      return `the API server has not accepted this operator's credentials for ${seconds} s, so nothing is reconciled: ${refused.error.message}. ${ADVICE}`;
    },
  };
};

const POLL_INTERVAL_MS = 15_000;

/**
 * Makes a small request to the API server at intervals, until `signal` aborts. Without a Lease to renew, an
 * idle operator makes no call, and its watches stay open for minutes after its credentials have become
 * invalid.
 */
export const pollApiServer = async (
  transport: Pick<Transport, 'request'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    await clock.sleep(POLL_INTERVAL_MS, signal);
    if (signal.aborted) return;
    try {
      await transport.request({ method: 'GET', path: '/version', signal });
    } catch {
      // The transport is observed, so `problem` reports the error.
    }
  }
};

const ADVICE =
  'If its ServiceAccount was deleted and recreated, delete the operator’s pod: a new pod gets a new token, but this one only when the kubelet renews it, within the hour.';
