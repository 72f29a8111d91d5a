import type { ProxyFinding } from '../../report/finding.ts';
import type { CloseReason } from '../engine/close-reason.ts';
import type { EngineStats } from '../engine/stats.ts';
import { watchRefusals } from './refused-in-a-row.ts';

const WITHOUT_HEADER: ReadonlySet<CloseReason> = new Set(['ProxyHeaderMissing', 'ProxyHeaderMalformed']);

/** Notices listeners that refuse everybody because no trusted peer sends a PROXY header. */
export interface MissingHeaders {
  /** Takes new figures; returns one finding for each listener concerned. */
  findings(stats: Pick<EngineStats, 'listeners'>): readonly ProxyFinding[];
}

/** `now` returns milliseconds of a monotonic clock. */
export const watchMissingHeaders = (now: () => number): MissingHeaders => {
  const refusals = watchRefusals(now);
  return {
    findings({ listeners }) {
      for (const { name, closes, receivedBytes, sentBytes } of listeners) {
        const refused = closes.reduce(
          (sum, { reason, total }) => sum + (WITHOUT_HEADER.has(reason) ? total : 0),
          0,
        );
        // Bytes are relayed only for those who got in, and while their connections are still open.
        refusals.update(name, refused, receivedBytes + sentBytes);
      }
      refusals.keep(new Set(listeners.filter(({ leaving }) => !leaving).map(({ name }) => name)));
      return refusals.listeners().map((listener) => ({
        code: 'ProxyHeadersMissing',
        path: `spec.listeners[${listener}].proxyProtocol`,
        listener,
        message: `Listener "${listener}" refuses every connection, because none of its trusted peers begins with a PROXY header of a version that proxyProtocol.accept allows. Switch the PROXY protocol on in the load balancer in front, or remove proxyProtocol from the listener.`,
      }));
    },
  };
};
