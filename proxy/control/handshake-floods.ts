import type { ProxyFinding } from '../../report/finding.ts';
import type { EngineStats } from '../engine/stats.ts';

/** The finding stays for this long after the last handshake that had to give way. */
const REPORTED_MS = 600_000;

/** Notices listeners of which TLS handshakes had to give way to others. */
export interface HandshakeFloods {
  /** Takes new figures; returns one finding for each listener concerned. */
  findings(stats: Pick<EngineStats, 'listeners'>): readonly ProxyFinding[];
}

/** `now` returns milliseconds of a monotonic clock. */
export const watchHandshakeFloods = (now: () => number): HandshakeFloods => {
  const lastOf = new Map<string, { readonly total: number; readonly atMs: number }>();
  return {
    findings({ listeners }) {
      const names = new Set(listeners.filter(({ leaving }) => !leaving).map(({ name }) => name));
      for (const name of lastOf.keys()) if (!names.has(name)) lastOf.delete(name);
      for (const { name, handshakes } of listeners) {
        const total = handshakes?.failed.find(({ failure }) => failure === 'Evicted')?.total ?? 0;
        const before = lastOf.get(name) ?? { total: 0, atMs: Number.NEGATIVE_INFINITY };
        // Fewer than before are those of another listener with that name.
        if (names.has(name) && total !== before.total)
          lastOf.set(name, { total, atMs: total > before.total ? now() : Number.NEGATIVE_INFINITY });
      }
      return [...lastOf]
        .filter(([, { atMs }]) => now() - atMs <= REPORTED_MS)
        .map(([listener]) => ({
          code: 'HandshakeFlood',
          path: `spec.listeners[${listener}].tls`,
          listener,
          message: `Clients of listener "${listener}" begin more TLS handshakes than they complete, so that those which waited longest are reset. Set limits.unfinishedPerSource of the listener, and deny the sources that the access log shows with TlsHandshakeEvicted.`,
        }));
    },
  };
};
