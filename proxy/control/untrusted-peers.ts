import type { ProxyFinding } from '../../report/finding.ts';
import type { EngineStats } from '../engine/stats.ts';
import { watchRefusals } from './refused-in-a-row.ts';

/** Peers that the finding names; it must not change with each one that comes. */
const NAMED = 3;

/** Notices listeners that refuse everybody because no peer is in `proxyProtocol.trustedSources`. */
export interface UntrustedPeers {
  /** A listener has refused a peer with this address; not every one is told. */
  onPeer(listener: string, address: string): void;
  /** Takes new figures; returns one finding for each listener concerned. */
  findings(stats: Pick<EngineStats, 'listeners'>): readonly ProxyFinding[];
}

/** `now` returns milliseconds of a monotonic clock. */
export const watchUntrustedPeers = (now: () => number): UntrustedPeers => {
  const refusals = watchRefusals(now);
  const peersOf = new Map<string, Set<string>>();

  const update = ({ name, trustedTotal, closes }: EngineStats['listeners'][number]): void => {
    const untrusted = closes.reduce(
      (sum, { reason, total }) => sum + (reason === 'ProxyHeaderUntrusted' ? total : 0),
      0,
    );
    if (refusals.update(name, untrusted, trustedTotal)) peersOf.get(name)?.clear();
  };

  return {
    onPeer(listener, address) {
      const peers = peersOf.get(listener) ?? new Set();
      peersOf.set(listener, peers);
      if (peers.size < NAMED) peers.add(address);
    },
    findings({ listeners }) {
      for (const listener of listeners) update(listener);
      const names = new Set(listeners.filter(({ leaving }) => !leaving).map(({ name }) => name));
      refusals.keep(names);
      for (const name of peersOf.keys()) if (!names.has(name)) peersOf.delete(name);
      return refusals.listeners().map((listener) => ({
        code: 'PeersUntrusted',
        path: `spec.listeners[${listener}].proxyProtocol.trustedSources`,
        listener,
        message: messageFor(listener, [...(peersOf.get(listener) ?? [])].sort()),
      }));
    },
  };
};

const messageFor = (listener: string, peers: readonly string[]): string =>
  `Listener "${listener}" refuses every connection, because none comes from an address in proxyProtocol.trustedSources: ${
    peers.length === 0 ? 'see the access log for where they come from' : `they come from ${peers.join(', ')}`
  }. If these are the load balancers in front, add them to trustedSources; if they are nodes, which stand in for them, set service.externalTrafficPolicy to Local.`;
