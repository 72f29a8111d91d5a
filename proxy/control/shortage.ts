import type { ProxyFinding } from '../../report/finding.ts';
import type { AcceptErrno } from '../engine/accept-errno.ts';
import type { ConnectFailure } from '../engine/connect-failure.ts';
import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';
import { SHORTAGES } from './shortage-texts.ts';

/**
 * How long a shortage is reported after it was last seen, so that someone who looks a moment later still sees
 * it.
 */
const REPORTED_MS = 60_000;
/** The share of a resource in use from which on its exhaustion is reported as near. */
const NEAR = 0.9;

type Stats = Pick<
  EngineStats,
  'closes' | 'acceptors' | 'backends' | 'endpoints' | 'descriptors' | 'sourcePorts'
>;

/**
 * These texts contain no number that changes while the shortage lasts: it would make a new finding each time.
 */
const descriptorsFinding = (says: string, limit: number): ProxyFinding => ({
  code: 'DescriptorsShort',
  path: 'spec.tuning.fileDescriptors',
  message: `${says} The limit is ${limit} file descriptors, and each connection needs two. ${SHORTAGES.EMFILE.todo}`,
});

/** Clients wait in the kernel's queue, or are closed because they could not be served. */
const exhaustedFinding = (errno: AcceptErrno, limit: number): ProxyFinding => {
  const { code, path, what, todo } = SHORTAGES[errno];
  const says = `Clients have to wait or are closed at once: ${what}.`;
  return errno === 'EMFILE' ? descriptorsFinding(says, limit) : { code, path, message: `${says} ${todo}` };
};

const WHAT_TO_DO =
  'Widen net.ipv4.ip_local_port_range, add endpoints or replicas, or let clients keep connections open.';

const noPortsFinding = (backend: string): ProxyFinding => ({
  code: 'SourcePortsShort',
  backend,
  path: `spec.backends[${backend}]`,
  message: `Connections to endpoints of "${backend}" fail because no source port is free. ${WHAT_TO_DO}`,
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

/**
 * Endpoints to which most source ports are in use. An endpoint in several backends counts as one, as it does
 * for the kernel.
 */
const nearlyOutOfPorts = ({ endpoints, sourcePorts }: Stats): readonly Stats['endpoints'][number][] => {
  const open = new Map<string, number>();
  const busy = endpoints.filter(({ openConnections }) => openConnections > 0);
  for (const endpoint of busy) {
    const key = endpointKey(endpoint);
    open.set(key, (open.get(key) ?? 0) + endpoint.openConnections);
  }
  return busy.filter((endpoint) => (open.get(endpointKey(endpoint)) ?? 0) >= sourcePorts.count * NEAR);
};

/**
 * Detects what is short or exhausted: file descriptors, kernel memory and source ports. The returned function
 * must be called regularly with the counters; it returns the findings to report.
 */
export const watchShortage = (options: {
  /** The file descriptor limit of the process. */
  readonly fileDescriptors: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}): ((stats: Stats) => readonly ProxyFinding[]) => {
  const totals = new Map<string, number>();
  const reported = new Map<string, { readonly finding: ProxyFinding; readonly seenAt: number }>();

  const rose = (what: string, total: number): boolean => {
    const before = totals.get(what) ?? 0;
    totals.set(what, total);
    return total > before;
  };

  const report = (finding: ProxyFinding): void => {
    reported.set(finding.message, { finding, seenAt: options.now() });
  };

  const update = (stats: Stats): void => {
    const { closes, acceptors, backends, descriptors, sourcePorts } = stats;
    const closedTotal = closes
      .filter(({ reason }) => reason === 'NoDescriptors')
      .reduce((sum, { total }) => sum + total, 0);
    const { fileDescriptors } = options;
    const short = new Set(acceptors.flatMap(({ pausedBy }) => pausedBy ?? []));
    const backendsLacking = (what: ConnectFailure): number =>
      backends.filter(({ name, connectFailures }) => rose(`${what} ${name}`, failed(connectFailures, what)))
        .length;
    const [noDescriptor, noMemory] = [backendsLacking('NoDescriptors'), backendsLacking('NoMemory')];
    const closed = rose('closed', closedTotal);
    // A failed attempt does not tell whether the process or the machine is out of descriptors: those of the
    // process run out first.
    if (closed && noDescriptor > 0 && !short.has('ENFILE')) short.add('EMFILE');
    if (closed && noMemory > 0) short.add('ENOMEM');
    for (const errno of short) report(exhaustedFinding(errno, fileDescriptors));
    if (closed && short.size === 0)
      report(
        descriptorsFinding(
          'Clients are closed at once: the process is out of file descriptors or memory.',
          fileDescriptors,
        ),
      );
    else if (short.size === 0 && descriptors.held >= descriptors.limit * NEAR)
      report(
        descriptorsFinding(
          'More than 90 % of the file descriptors for connections are in use.',
          fileDescriptors,
        ),
      );
    for (const { name, connectFailures } of backends) {
      if (rose(`ports ${name}`, failed(connectFailures, 'NoSourcePort'))) report(noPortsFinding(name));
    }
    for (const endpoint of nearlyOutOfPorts(stats)) report(fewPortsFinding(endpoint, sourcePorts.count));
  };

  return (stats) => {
    update(stats);
    for (const [key, { seenAt }] of reported) if (options.now() - seenAt > REPORTED_MS) reported.delete(key);
    return [...reported.values()].map(({ finding }) => finding);
  };
};
