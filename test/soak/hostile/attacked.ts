import type { ListenerInput, ProxyProcess } from '../../proxy/relay/proxy-process.ts';
import type { HostileResult } from './hostile-result.ts';

/** Of these sources, some of the flood's are: they are denied. */
const DENIED = '10.0.4.0/22';

const DATAGRAMS: Omit<ListenerInput, 'name' | 'port' | 'backend'> = {
  protocol: 'UDP',
  idle: '2s',
  sources: { allow: ['10.0.0.0/8', '127.0.0.0/8'], deny: [DENIED] },
  // A source is remembered for some seconds after it has come.
  limits: { connectionsPerSource: 10, connectionRatePerSource: { perSecond: 1, burst: 5 } },
  stickiness: { type: 'QuicConnectionId' },
};

/**
 * What is attacked has every policy that remembers something about clients, or decides by their address:
 * memory that grew with their number would show.
 */
export const attackedListeners = (
  tcpPort: number,
  udpPort: number,
  quicPort: number,
): readonly ListenerInput[] => [
  {
    name: 'attacked-web',
    port: tcpPort,
    backend: 'attacked-web',
    firstByte: '10s',
    sources: { deny: [DENIED, '2001:db8::/32'] },
    limits: {
      connectionsPerSource: 100,
      connectionRatePerSource: { perSecond: 100 },
      unfinishedPerSource: 50,
      bandwidthPerSource: { upload: '100Mi' },
    },
  },
  { name: 'attacked-dns', port: udpPort, backend: 'sink', ...DATAGRAMS },
  { name: 'attacked-quic', port: quicPort, backend: 'quic', ...DATAGRAMS },
];

/** What the policies did, as the metrics have it. */
export const policiesOf = async (
  proxy: ProxyProcess,
): Promise<Omit<HostileResult['policies'], 'trackedAfter'>> => ({
  denied: await proxy.metric('l4balancer_listener_dropped_datagrams_total', { cause: 'SourceDenied' }),
  refused: await proxy.metric('l4balancer_connections_closed_total', { reason: 'SourceRateLimit' }),
  learned: await proxy.metric('l4balancer_listener_connection_ids_total', { event: 'Learned' }),
  capacity: await proxy.metric('l4balancer_sources_capacity'),
  evicted: await proxy.metric('l4balancer_sources_evicted_total'),
  untracked: await proxy.metric('l4balancer_sources_untracked_connections_total'),
});

export const trackedSources = (proxy: ProxyProcess): Promise<number> =>
  proxy.metric('l4balancer_sources_tracked');
