import { ApiError, TransportError } from '../../../kube/errors.ts';
import type { Transport } from '../../../kube/transport.ts';

const TRIES = 4;
const GATEWAY_TIMEOUT = 504;
const APPLY = 'application/apply-patch+yaml';

const isTooSlow = (error: unknown): boolean =>
  (error instanceof TransportError && error.code === 'Timeout') ||
  (error instanceof ApiError && error.httpStatus === GATEWAY_TIMEOUT);

/**
 * A transport for tests that play users: on a busy machine the API server may take longer than a client
 * waits, or than it allows itself. What may be done twice, reads and server-side apply, is asked for again.
 */
export const patient = (transport: Transport): Transport => ({
  async request(call) {
    const mayRepeat = call.method === 'GET' || call.contentType === APPLY;
    for (let tries = 1; ; tries++)
      try {
        return await transport.request(call);
      } catch (error) {
        if (!mayRepeat || tries === TRIES || !isTooSlow(error)) throw error;
      }
  },
  lines: (call) => transport.lines(call),
  close: () => transport.close(),
});
