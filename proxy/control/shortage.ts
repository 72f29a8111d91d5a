import type { ProxyFinding } from '../../report/finding.ts';
import type { AcceptErrno } from '../engine/accept-errno.ts';
import type { ConnectFailure } from '../engine/connect-failure.ts';
import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';
import { SHORTAGES } from './shortage-texts.ts';

/** How long a shortage is told after it was seen last, so that who looks a moment later still sees it. */
const TOLD_MS = 60_000;
/** Share of what can be had from which on its end is near. */
const NEAR = 0.9;

type Stats = Pick<
  EngineStats,
  'closes' | 'acceptors' | 'backends' | 'endpoints' | 'descriptors' | 'sourcePorts'
>;

/** No text of these has a number that changes while the shortage lasts: it would be a new finding each time. */
const descriptorsFinding = (says: string, limit: number): ProxyFinding => ({
  code: 'DescriptorsShort',
  path: 'spec.tuning.fileDescriptors',
  message: `${says} The limit in effect is ${limit} file descriptors, two for each connection. ${SHORTAGES.EMFILE.todo}`,
});

/** Clients wait in the kernel's queue, or are closed where they could not be served. */
const outOf = (errno: AcceptErrno, limit: number): ProxyFinding => {
  const { code, path, what, todo } = SHORTAGES[errno];
  const says = `Clients wait or are closed at once: ${what}.`;
  return errno === 'EMFILE' ? descriptorsFinding(says, limit) : { code, path, message: `${says} ${todo}` };
};

const WHAT_TO_DO =
  'Widen net.ipv4.ip_local_port_range, add endpoints or replicas, or let clients keep connections open.';

const noPortsFinding = (backend: string): ProxyFinding => ({
  code: 'SourcePortsShort',
  backend,
  path: `spec.backends[${backend}]`,
  message: `Connections to endpoints of "${backend}" fail: no source port is left. ${WHAT_TO_DO}`,
});

const fewPortsFinding = (
  { backend, ...endpoint }: Stats['endpoints'][number],
  ports: number,
): ProxyFinding => ({
  code: 'SourcePortsShort',
  backend,
  path: `spec.backends[${backend}]`,
  message: `Endpoint ${endpointKey(endpoint)} of "${backend}": more than 90 % of the ${ports} source ports to it are in use. ${WHAT_TO_DO}`,
});

const failed = (failures: Stats['backends'][number]['connectFailures'], what: ConnectFailure): number =>
  failures.find(({ failure }) => failure === what)?.total ?? 0;

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
 * Finds what runs out, or has: file descriptors, memory of the kernel and source ports. The answer is called with the counters again and again, and returns what
 * is to be told now.
 */
export const watchShortage = (options: {
  /** File descriptors that the process may hold. */
  readonly fileDescriptors: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}): ((stats: Stats) => readonly ProxyFinding[]) => {
  const totals = new Map<string, number>();
  const told = new Map<string, { readonly finding: ProxyFinding; readonly seenAt: number }>();

  const rose = (what: string, total: number): boolean => {
    const before = totals.get(what) ?? 0;
    totals.set(what, total);
    return total > before;
  };

  const see = (finding: ProxyFinding): void => {
    told.set(finding.message, { finding, seenAt: options.now() });
  };

  const look = (stats: Stats): void => {
    const { closes, acceptors, backends, descriptors, sourcePorts } = stats;
    const ended = closes
      .filter(({ reason }) => reason === 'NoDescriptors')
      .reduce((sum, { total }) => sum + total, 0);
    const { fileDescriptors } = options;
    const short = new Set(acceptors.flatMap(({ pausedBy }) => pausedBy ?? []));
    const lacking = (what: ConnectFailure): number =>
      backends.filter(({ name, connectFailures }) => rose(`${what} ${name}`, failed(connectFailures, what)))
        .length;
    const [noDescriptor, noMemory] = [lacking('NoDescriptors'), lacking('NoMemory')];
    const closed = rose('closed', ended);
    // A failed attempt does not say whose descriptors: those of the process run out first.
    if (closed && noDescriptor > 0 && !short.has('ENFILE')) short.add('EMFILE');
    if (closed && noMemory > 0) short.add('ENOMEM');
    for (const errno of short) see(outOf(errno, fileDescriptors));
    if (closed && short.size === 0)
      see(
        descriptorsFinding(
          'Clients are closed at once: file descriptors or memory have run out.',
          fileDescriptors,
        ),
      );
    else if (short.size === 0 && descriptors.held >= descriptors.limit * NEAR)
      see(
        descriptorsFinding(
          'More than 90 % of the file descriptors for connections are in use.',
          fileDescriptors,
        ),
      );
    for (const { name, connectFailures } of backends) {
      if (rose(`ports ${name}`, failed(connectFailures, 'NoSourcePort'))) see(noPortsFinding(name));
    }
    for (const endpoint of nearPorts(stats)) see(fewPortsFinding(endpoint, sourcePorts.count));
  };

  return (stats) => {
    look(stats);
    for (const [key, { seenAt }] of told) if (options.now() - seenAt > TOLD_MS) told.delete(key);
    return [...told.values()].map(({ finding }) => finding);
  };
};
