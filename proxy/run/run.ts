import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../program/log.ts';
import type { Output } from '../../program/output.ts';
import { VERSION } from '../../program/version.ts';
import { createLive, type Live } from '../admin/live.ts';
import { adminPages } from '../admin/pages.ts';
import { whyNotReady, whyUnhealthy } from '../admin/readiness.ts';
import { startAdmin } from '../admin/server.ts';
import { buildStatus, buildSummary, type StatusFacts } from '../admin/status.ts';
import { readStatusPage } from '../admin/status-page.ts';
import { bindingOf, overlap } from '../configuration/binding.ts';
import { Recorder } from '../live/recorder.ts';
import { RELAY_ENGINE } from '../relay-engine/kind.ts';
import type { Settings } from '../settings/settings.ts';
import { openSource } from '../source/open.ts';
import { heldByAdmin } from '../source/own-ports.ts';
import { canWrite } from '../sys/can-write.ts';
import { CAP_NET_BIND_SERVICE, makeEffective } from '../sys/capability.ts';
import { refuseCoreDumps } from '../sys/core-dumps.ts';
import { raiseFileLimit } from '../sys/file-limit.ts';
import { refuseHugePages } from '../sys/huge-pages.ts';
import { withoutOwnListeners } from '../table/own-listeners.ts';
import { readCpuQuota } from '../tuning/cpu-quota.ts';
import { decideLaunch } from '../tuning/launch.ts';
import { readText } from '../tuning/read-text.ts';
import { tuningReport } from '../tuning/report.ts';
import { requestedTuning } from '../tuning/requested-tuning.ts';
import { awaitDelivery, trafficPorts } from './await-delivery.ts';
import { after } from './clock.ts';
import { READ_STATS_MS, startDataPlane } from './data-plane.ts';
import { decideDrain, drainFindings } from './decide-drain.ts';
import { ownAddresses } from './own-addresses.ts';
import { resourceOf } from './resource.ts';
import { shutdown } from './shutdown.ts';
import { createSourceLog } from './source-log.ts';
import { SourceStatus } from './source-status.ts';

const STDOUT = 1;
/** What is left of the grace period for the end itself. */
const EXIT_MS = 100;

/** A running proxy; `stop` shuts it down gracefully. */
export interface RunningProxy {
  /** Reloads the manifest file; false if there is none, since the API server reports every change. */
  reload(): boolean;
  stop(): Promise<void>;
}

/**
 * Creates the parts, connects them and starts them. If that fails, throws ProxyError and leaves nothing
 * running.
 */
export const startProxy = async (settings: Settings, log: Logger, output: Output): Promise<RunningProxy> => {
  const mayWrite = canWrite();
  output.guard((waitMs) => mayWrite(STDOUT, waitMs));
  const opened = await openSource(settings.source, settings.admin);
  const stopSettings = { ...settings, inCluster: opened.inCluster };
  const machine = { quota: readCpuQuota(readText), parallelism: os.availableParallelism() };
  const launch = decideLaunch(settings, opened.first?.configuration.tuning, machine);
  log.level = launch.logLevel;
  const fileLimit = raiseFileLimit(launch.fileDescriptors);
  refuseHugePages();
  // Has an effect if tuning.capabilities grants it. This thread opens the listening sockets.
  makeEffective(CAP_NET_BIND_SERVICE);
  log.info({ version: VERSION, source: opened.from, ...launch, fileLimit }, 'proxy starts');
  if (fileLimit.problem !== undefined) log.warn(fileLimit, 'file descriptor limit is lower than requested');

  let stopping = false;
  const sourceStatus = new SourceStatus(performance.now());
  let adminPort = settings.admin.port;
  const plane = await startDataPlane({
    kind: RELAY_ENGINE,
    acceptors: launch.acceptors,
    fileDescriptors: fileLimit.soft,
    log,
    output,
    resource: resourceOf(settings.source, os.hostname()),
    connected: () => sourceStatus.following,
    holder: (binding) =>
      overlap(bindingOf({ protocol: 'TCP', port: adminPort, address: settings.admin.host }), binding)
        ? heldByAdmin({ ...settings.admin, port: adminPort })
        : undefined,
    tuning: () => tuning(),
    onStats: (stats) => live.onStats(stats),
  });
  const { engine, control, monitor, metrics, timeWaitPorts, deadAcceptors } = plane;

  const tuning = () =>
    tuningReport({
      ...machine,
      requested: requestedTuning(settings, control.state.snapshot?.configuration.tuning, opened.inCluster),
      read: readText,
      fileLimit,
      acceptors: launch.acceptors,
    });
  const notReady = () => whyNotReady({ stopping, control: control.state, acceptors: engine.acceptors() });
  const facts = (stats = engine.stats()): StatusFacts => {
    return {
      version: VERSION,
      notReady: notReady(),
      from: opened.from,
      source: sourceStatus.at(performance.now()),
      control: control.state,
      stats,
      sourcePortsLeft: (stats, endpoint) => timeWaitPorts.left(stats, endpoint),
      deadAcceptors,
      healthOf: (backend, endpoint) => monitor.healthOf(backend, endpoint),
      shareOf: (backend, endpoint) => monitor.share(backend, endpoint),
      nowMs: Date.now(),
      uptimeMs: performance.now(),
      tuning: tuning(),
    };
  };
  const live: Live = createLive({
    proxy: os.hostname(),
    everyMs: READ_STATS_MS,
    recorder: new Recorder(),
    facts,
    now: () => performance.now(),
  });
  const admin = await startAdmin({
    address: settings.admin,
    pages: adminPages({
      whyUnhealthy: () => whyUnhealthy({ deadAcceptors, acceptors: launch.acceptors }),
      whyNotReady: notReady,
      metrics,
      facts,
      engine,
      status: () => buildStatus(facts()),
      summary: () => buildSummary(facts()),
      live,
      page: readStatusPage(),
    }),
    onError: (error, path) => log.error({ code: 'Internal', error, path }, 'admin page failed'),
  }).catch(async (error: unknown) => {
    plane.stop();
    await engine.close();
    throw error;
  });
  adminPort = admin.port;
  log.info({ port: admin.port }, 'admin endpoint listens');

  const sourceLog = createSourceLog(log, opened.from);
  const source = opened.follow({
    onInput(input) {
      const served = input.snapshot && withoutOwnListeners(input.snapshot, ownAddresses());
      const snapshot = served && {
        ...served,
        findings: [...served.findings, ...drainFindings(stopSettings, served.configuration.drain)],
      };
      metrics.ignoredFields.set(input.ignoredFields);
      for (const [kind, count] of Object.entries(input.leftOut)) metrics.leftOut.set({ kind }, count);
      if (snapshot !== undefined) {
        monitor.follow(snapshot);
        plane.otlp.follow(snapshot.configuration.otlp);
        if (sourceLog.accepted(snapshot))
          log.level = decideLaunch(settings, snapshot.configuration.tuning, machine).logLevel;
      }
      control.applyInput({ ...input, snapshot });
    },
    onState(state) {
      sourceStatus.update(state, performance.now());
      sourceLog.state(state);
    },
    beforeKeys() {
      if (!refuseCoreDumps())
        log.warn(
          { code: 'CoreDumpsPossible' },
          'the kernel may write private keys to core dumps: it refuses PR_SET_DUMPABLE, which a seccomp profile may have to allow',
        );
    },
  });

  return {
    reload() {
      source.reload?.();
      return source.reload !== undefined;
    },
    async stop() {
      stopping = true;
      const stopsAt = performance.now();
      const drain = control.state.snapshot?.configuration.drain;
      await shutdown({
        engine,
        ...decideDrain(stopSettings, drain),
        gracePeriodMs: settings.gracePeriodMs,
        wait: (ms) => sleep(ms),
        now: () => performance.now(),
        after,
        drainedWithin: (ms) => engine.drained(AbortSignal.timeout(Math.ceil(ms))),
        deliveredWithin: (ms) =>
          awaitDelivery(
            {
              ports: trafficPorts(control.state.served?.table),
              read: readText,
              wait: (time) => sleep(time),
              now: () => performance.now(),
            },
            ms,
          ),
        // After this, a change of the configuration would reopen the listeners.
        beforeStopAccepting() {
          plane.stop();
          live.close();
        },
        onStep(step) {
          log.info({ step, open: engine.openConnections() }, 'stopping');
        },
      });
      source.stop();
      const unsent = await plane.otlp.close(settings.gracePeriodMs - (performance.now() - stopsAt) - EXIT_MS);
      if (unsent > 0)
        log.warn({ code: 'OtlpFails', records: unsent }, 'records were not sent before the end');
      await admin.close();
    },
  };
};
