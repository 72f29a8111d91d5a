import type { Finding } from '../../crds/finding.ts';
import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';

/** How long a shortage is told after it was seen last, so that who looks a moment later still sees it. */
const TOLD_MS = 60_000;
/** Share of what can be had from which on its end is near. */
const NEAR = 0.9;

type Stats = Pick<
  EngineStats,
  'closes' | 'acceptors' | 'backends' | 'endpoints' | 'descriptors' | 'sourcePorts'
>;

/** No text of these has a number that changes while the shortage lasts: it would be a new finding each time. */
const descriptorsFinding = (says: string, limit: number): Finding => ({
  path: 'spec.tuning.fileDescriptors',
  message: `${says} The limit in effect is ${limit} file descriptors, two for each connection. Raise spec.tuning.fileDescriptors and the container runtime's limit, or add replicas.`,
});

const WHAT_TO_DO =
  'Widen net.ipv4.ip_local_port_range, add endpoints or replicas, or let clients keep connections open.';

const noPortsFinding = (backend: string): Finding => ({
  path: `spec.backends[${backend}]`,
  message: `Connections to endpoints of "${backend}" fail: no source port is left. ${WHAT_TO_DO}`,
});

const fewPortsFinding = ({ backend, ...endpoint }: Stats['endpoints'][number], ports: number): Finding => ({
  path: `spec.backends[${backend}]`,
  message: `Endpoint ${endpointKey(endpoint)} of "${backend}": more than 90 % of the ${ports} source ports to it are in use. ${WHAT_TO_DO}`,
});

/** Endpoints to which most source ports hold a connection; what is in several backends counts as one, as it does for the kernel. */
const nearPorts = ({ endpoints, sourcePorts }: Stats): readonly Stats['endpoints'][number][] => {
  const open = new Map<string, number>();
  const busy = endpoints.filter(({ openConnections }) => openConnections > 0);
  for (const endpoint of busy) {
    const key = endpointKey(endpoint);
    open.set(key, (open.get(key) ?? 0) + endpoint.openConnections);
  }
  return busy.filter((endpoint) => (open.get(endpointKey(endpoint)) ?? 0) >= sourcePorts.count * NEAR);
};

/**
 * Finds what runs out, or has: file descriptors and source ports. The answer is called with the counters again and again, and returns what
 * is to be told now.
 */
export const watchShortage = (options: {
  /** File descriptors that the process may hold. */
  readonly fileDescriptors: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}): ((stats: Stats) => readonly Finding[]) => {
  const totals = new Map<string, number>();
  const told = new Map<string, { readonly finding: Finding; readonly seenAt: number }>();

  const rose = (what: string, total: number): boolean => {
    const before = totals.get(what) ?? 0;
    totals.set(what, total);
    return total > before;
  };

  const see = (finding: Finding): void => {
    told.set(finding.message, { finding, seenAt: options.now() });
  };

  const look = (stats: Stats): void => {
    const { closes, acceptors, backends, descriptors, sourcePorts } = stats;
    const ended = closes
      .filter(({ reason }) => reason === 'NoDescriptors')
      .reduce((sum, { total }) => sum + total, 0);
    const { fileDescriptors } = options;
    if (rose('descriptors', ended) || acceptors.some(({ paused }) => paused))
      see(
        descriptorsFinding(
          'Clients wait or are closed at once: file descriptors have run out.',
          fileDescriptors,
        ),
      );
    else if (descriptors.held >= descriptors.limit * NEAR)
      see(
        descriptorsFinding(
          'More than 90 % of the file descriptors for connections are in use.',
          fileDescriptors,
        ),
      );
    for (const { name, connectFailures } of backends) {
      const failed = connectFailures.find(({ failure }) => failure === 'NoSourcePort')?.total ?? 0;
      if (rose(`ports ${name}`, failed)) see(noPortsFinding(name));
    }
    for (const endpoint of nearPorts(stats)) see(fewPortsFinding(endpoint, sourcePorts.count));
  };

  return (stats) => {
    look(stats);
    for (const [key, { seenAt }] of told) if (options.now() - seenAt > TOLD_MS) told.delete(key);
    return [...told.values()].map(({ finding }) => finding);
  };
};
