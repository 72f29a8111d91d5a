import type { Logger } from '../../program/log.ts';
import { OtlpExports } from '../../program/otlp/exports.ts';
import type { Attributes } from '../../program/otlp/target.ts';
import type { Output } from '../../program/output.ts';
import { VERSION } from '../../program/version.ts';
import type { Binding } from '../configuration/binding.ts';
import { watchAcceptors } from '../control/acceptor-watch.ts';
import { type Control, createControl } from '../control/control.ts';
import { fewestDescriptors, shareDescriptors } from '../control/descriptor-shares.ts';
import { watchHandshakeFloods } from '../control/handshake-floods.ts';
import { watchMissingHeaders } from '../control/missing-headers.ts';
import { otlpFindings } from '../control/otlp-findings.ts';
import { outputFindings } from '../control/output-findings.ts';
import { watchShortage } from '../control/shortage.ts';
import { TimeWaitPorts } from '../control/time-wait-ports.ts';
import { watchUnmadeChecks } from '../control/unmade-checks.ts';
import { watchUntrustedPeers } from '../control/untrusted-peers.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineEvent } from '../engine/event.ts';
import type { EngineKind } from '../engine/kind.ts';
import type { EngineStats } from '../engine/stats.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { createCheck } from '../health/check/check.ts';
import { type HealthMonitor, startMonitor } from '../health/monitor.ts';
import { createAccessLog } from '../log/access-log.ts';
import { connectionEntry } from '../log/connection-entry.ts';
import type { MetricsFacts } from '../metrics/engine-metrics.ts';
import { createMetrics, type ProxyMetrics } from '../metrics/metrics.ts';
import { libc } from '../sys/libc.ts';
import { memoryTrimmer } from '../sys/trim-memory.ts';
import { endpointKey } from '../table/table.ts';
import { after, every } from './clock.ts';
import { returnMemory } from './return-memory.ts';

/** How often the engine's figures are read for what follows them. */
export const READ_STATS_MS = 2_000;

const now = (): number => performance.now();

/** What carries the traffic, and what controls it. */
export interface DataPlane {
  readonly engine: Engine;
  readonly control: Control;
  readonly monitor: HealthMonitor;
  readonly metrics: ProxyMetrics;
  readonly otlp: OtlpExports;
  readonly timeWaitPorts: TimeWaitPorts;
  readonly deadAcceptors: ReadonlySet<number>;
  /** Stops everything but the engine, which the graceful shutdown closes. */
  stop(): void;
}

export interface DataPlaneOptions {
  readonly kind: EngineKind;
  readonly acceptors: number;
  /** The file descriptor limit of the process. */
  readonly fileDescriptors: number;
  readonly log: Logger;
  readonly output: Output;
  /** Describes this process to a collector. */
  readonly resource: Attributes;
  /** Returns true if the source can currently read its input. */
  readonly connected: () => boolean;
  readonly tuning: MetricsFacts['tuning'];
  /**
   * Which other part of this process holds a binding, worded for the finding about a listener that wants it.
   */
  readonly holder: (binding: Binding) => string | undefined;
  /** Called with the engine's figures each time they are read, every READ_STATS_MS. */
  readonly onStats: (stats: EngineStats) => void;
}

/**
 * Starts engine, health checks and control, connected to each other and with nothing to serve yet. Throws
 * ProxyError FileLimitTooLow if the file descriptor limit is too low to serve anything.
 */
export const startDataPlane = async ({
  kind,
  acceptors,
  fileDescriptors,
  log,
  output,
  resource,
  connected,
  tuning,
  holder,
  onStats,
}: DataPlaneOptions): Promise<DataPlane> => {
  const needs = kind.descriptors(acceptors);
  const fewest = fewestDescriptors(needs);
  if (fileDescriptors < fewest)
    throw new ProxyError(
      'FileLimitTooLow',
      `The file descriptor limit is ${fileDescriptors}, but a proxy with ${acceptors} acceptors needs at least ${fewest}. Raise tuning.fileDescriptors and the container runtime's limit, or lower tuning.acceptors (NUM_ACCEPTORS).`,
    );
  const watch = watchAcceptors({
    log,
    onDeath: () => metrics.acceptorDeaths.inc(),
    onPause: (errno) => metrics.acceptPauses.inc({ errno }),
  });
  const untrustedPeers = watchUntrustedPeers(now);
  const missingHeaders = watchMissingHeaders(now);
  const handshakeFloods = watchHandshakeFloods(now);
  const onEvent = (event: EngineEvent): void => {
    if (event.type === 'Findings') control.setEngineFindings(event.findings);
    else if (event.type === 'UpkeepFailed')
      log.error(
        { code: 'UpkeepFailed', error: event.error },
        'upkeep of the engine failed; it will be retried',
      );
    else if (event.type === 'DatagramsNotMerged')
      log.warn(
        { code: 'DatagramsNotMerged', errno: event.errno },
        'the kernel does not merge datagrams of one size (UDP_GRO), so that UDP costs more processor time; Linux 5.0 and newer do, some sandboxes do not',
      );
    else if (event.type === 'PeerUntrusted') untrustedPeers.onPeer(event.listener, event.peer);
    else watch.onEvent(event);
  };
  const writeLine = createAccessLog(output);
  const otlp = new OtlpExports({ resource, collect: (to) => metrics.collect(to), now: Date.now });
  const shares = shareDescriptors(fileDescriptors, needs);
  const engine = await kind.start({
    acceptors,
    descriptors: shares.traffic,
    onEvent,
    onEnded(ended) {
      writeLine(ended);
      if (otlp.target?.logs) otlp.log(connectionEntry(ended));
    },
    holder,
  });

  const unmadeChecks = watchUnmadeChecks(now);
  const monitor = startMonitor({
    check: createCheck(libc()),
    engine,
    after,
    now,
    random: Math.random,
    maxConcurrent: shares.concurrentChecks,
    onTransition({ backend, endpoint }, { from, to, cause, reason }) {
      metrics.healthTransitions.inc({ backend, to, cause });
      const fields = { backend, endpoint, from, to, cause, reason };
      if (to === 'Unhealthy' || to === 'Ejected') log.warn(fields, 'endpoint is out of service');
      else log.info(fields, 'endpoint state changed');
    },
    onViewChanged: () => control.onHealthChange(),
    onResult(target, result) {
      unmadeChecks.onResult(target, result);
      metrics.healthChecks.inc({
        backend: target.backend,
        result: result.ok ? 'ok' : result.failure === 'Local' ? 'not_made' : 'failed',
      });
    },
  });

  const control = createControl({
    engine,
    view: monitor,
    now,
    after,
    onPublished({ revision, tookMs }) {
      metrics.publishSeconds.observe(tookMs / 1000);
      log.debug({ revision, tookMs }, 'table published');
    },
    onFailed(error, retryInMs) {
      log.error(
        { code: 'EngineFailed', error, retryInMs },
        'publishing the table failed; it will be retried',
      );
    },
    onFindings(appeared, gone) {
      for (const { code, path, message } of appeared) log.warn({ code, path, finding: message }, 'finding');
      for (const { code, path, message } of gone)
        log.info({ code, path, finding: message }, 'finding resolved');
    },
  });

  const timeWaitPorts = new TimeWaitPorts();
  const metrics = createMetrics(VERSION, {
    sourcePortsLeft: (stats, endpoint) => timeWaitPorts.left(stats, endpoint),
    stats: () => engine.stats(),
    findings: () => control.state.findings.length,
    connected,
    tuning,
    lists: () => control.state.snapshot?.lists ?? [],
    certificates: () => control.state.snapshot?.certificates ?? [],
    output,
    otlp: otlp.count,
    health: () =>
      [...(control.state.snapshot?.targets ?? [])].flatMap(([backend, targets]) =>
        targets.map((target) => {
          const endpoint = endpointKey(target);
          return { backend, endpoint, healthy: monitor.isHealthy(backend, endpoint) };
        }),
      ),
  });

  const shortage = watchShortage({ fileDescriptors, now });
  const stopReadingStats = every(READ_STATS_MS, () => {
    const stats = engine.stats();
    timeWaitPorts.sample(stats.endpoints, now());
    control.setRuntimeFindings([
      ...shortage(stats),
      ...unmadeChecks.findings(),
      ...untrustedPeers.findings(stats),
      ...missingHeaders.findings(stats),
      ...handshakeFloods.findings(stats),
      ...outputFindings(output.failure),
      ...otlpFindings(otlp.count.failures(Date.now())),
    ]);
    onStats(stats);
  });

  const stopReturningMemory = returnMemory({ trim: memoryTrimmer(), now, after });

  return {
    engine,
    control,
    monitor,
    metrics,
    otlp,
    timeWaitPorts,
    deadAcceptors: watch.dead,
    stop() {
      stopReturningMemory();
      stopReadingStats();
      monitor.stop();
      control.stop();
    },
  };
};
