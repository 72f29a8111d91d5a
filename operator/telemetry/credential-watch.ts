import type { Clock } from '../../kube/clock.ts';
import { ApiError, CredentialsError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';

/** Whether the API server knows who calls. */
export interface CredentialWatch {
  /** The transport, whose calls are looked at. */
  readonly watched: (transport: Transport) => Transport;
  /**
   * A sentence while calls are refused for want of valid credentials, for longer than it may take to renew
   * them; undefined otherwise.
   */
  readonly problem: () => string | undefined;
}

/** A token that has just been replaced is read again after a refusal, ten seconds later at most. */
const GRACE_PERIOD_MS = 15_000;

/**
 * `now` in milliseconds. A call that is answered in any other way shows that the caller is known; one that is
 * not answered shows nothing.
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
 * Asks the API server for something small now and then, until `signal` aborts: where no Lease is renewed, an
 * operator that has nothing to do makes no call, and its watches stay open for minutes after its credentials
 * have ceased to be good for anything.
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
      // The transport is watched: what is wrong is known to who asks for the problem.
    }
  }
};

const ADVICE =
  'Where its ServiceAccount was deleted and made again, delete the operator’s pod: a new one gets a new token, and this one only when the kubelet renews it, within the hour.';
