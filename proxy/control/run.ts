import { readFileSync } from 'node:fs';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics } from '../admin/metrics.ts';
import { adminPages } from '../admin/pages.ts';
import { whyNotReady, whyUnhealthy } from '../admin/readiness.ts';
import { startAdmin } from '../admin/server.ts';
import { buildStatus } from '../admin/status.ts';
import { type EngineEvent, startEngine } from '../engine/start.ts';
import { check } from '../health/check.ts';
import { startMonitor } from '../health/monitor.ts';
import type { Settings } from '../settings.ts';
import { openSource } from '../source/open.ts';
import type { SourceState } from '../source/source.ts';
import { raiseFileLimit } from '../sys/file-limit.ts';
import { endpointKey } from '../table/table.ts';
import type { Logger } from '../telemetry/log.ts';
import { askedTuning } from '../tuning/asked.ts';
import { readCpuQuota } from '../tuning/cpu-quota.ts';
import { decideLaunch } from '../tuning/launch.ts';
import { tuningReport } from '../tuning/report.ts';
import { VERSION } from '../version.ts';
import { watchAcceptors } from './acceptor-watch.ts';
import { createControl } from './control.ts';
import { shutdown } from './shutdown.ts';

/** Health checks at one time: enough for thousands of endpoints, few enough to leave descriptors to the traffic. */
const CHECKS_AT_ONCE = 128;

/** A proxy that runs; `stop` ends it gracefully. */
export interface RunningProxy {
  stop(): Promise<void>;
}

/** Wires the parts together and starts them. Throws ProxyError, having started nothing that lasts, when it cannot. */
export const startProxy = async (settings: Settings, log: Logger): Promise<RunningProxy> => {
  const opened = await openSource(settings.source);
  const machine = { quota: readCpuQuota(readText), parallelism: os.availableParallelism() };
  const launch = decideLaunch(settings, opened.first?.spec, machine);
  log.level = launch.logLevel;
  const fileLimit = raiseFileLimit(launch.fileDescriptors);
  log.info(
    {
      version: VERSION,
      source: opened.from,
      acceptors: launch.acceptors,
      acceptorsFrom: launch.acceptorsFrom,
      fileDescriptors: fileLimit.soft,
      fileDescriptorsHard: fileLimit.hard,
    },
    'proxy starts',
  );
  if (fileLimit.problem !== undefined)
    log.warn(
      { asked: fileLimit.asked, effective: fileLimit.soft, problem: fileLimit.problem },
      'file limit not reached',
    );

  let stopping = false;
  let sourceState: SourceState = {
    following: false,
    code: 'Starting',
    problem: 'Nothing has been read yet.',
  };

  const monitor = startMonitor({
    check,
    after,
    random: Math.random,
    concurrency: CHECKS_AT_ONCE,
    onTransition(target, { from, to, reason }) {
      metrics.healthTransitions.inc({ backend: target.backend, to });
      const fields = { backend: target.backend, endpoint: target.endpoint, from, reason };
      if (to === 'Unhealthy') log.warn(fields, 'endpoint became unhealthy');
      else log.info(fields, 'endpoint became healthy');
      control.healthChanged();
    },
    onResult: ({ backend }, ok) => metrics.healthChecks.inc({ backend, result: ok ? 'ok' : 'failed' }),
  });

  const acceptors = watchAcceptors({
    log,
    onDeath: () => metrics.acceptorDeaths.inc(),
    onPause: () => metrics.acceptPauses.inc(),
  });
  const onEvent = (event: EngineEvent): void =>
    event.type === 'Findings' ? control.engineFindings(event.findings) : acceptors.take(event);
  const engine = await startEngine({ acceptors: launch.acceptors, onEvent });

  const metrics = createMetrics(VERSION, {
    stats: () => engine.stats(),
    findings: () => control.state.findings.length,
    connected: () => sourceState.following,
    health: () =>
      [...(control.state.snapshot?.targets ?? [])].flatMap(([backend, targets]) =>
        targets.map((target) => {
          const endpoint = endpointKey(target);
          return { backend, endpoint, healthy: monitor.isHealthy(backend, endpoint) };
        }),
      ),
  });

  const control = createControl({
    engine,
    isHealthy: monitor.isHealthy,
    now: () => performance.now(),
    after,
    onPublished({ revision, tookMs }) {
      metrics.publishSeconds.observe(tookMs / 1000);
      log.debug({ revision, tookMs }, 'table published');
    },
    onFailed(error, retryInMs) {
      log.error({ code: 'EngineFailed', error, retryInMs }, 'table was not taken');
    },
    onFindings(appeared, gone) {
      for (const { path, message } of appeared) log.warn({ path, finding: message }, 'finding');
      for (const { path, message } of gone) log.info({ path, finding: message }, 'finding is gone');
    },
  });

  const notReady = () => whyNotReady({ stopping, control: control.state, stats: engine.stats() });
  const admin = await startAdmin(
    settings.admin,
    adminPages({
      whyUnhealthy: () => whyUnhealthy({ deadAcceptors: acceptors.dead, acceptors: launch.acceptors }),
      whyNotReady: notReady,
      registry: metrics.registry,
      status: () =>
        buildStatus({
          version: VERSION,
          notReady: notReady(),
          from: opened.from,
          source: sourceState,
          control: control.state,
          stats: engine.stats(),
          deadAcceptors: acceptors.dead,
          healthOf: monitor.healthOf,
          tuning: tuningReport({
            ...machine,
            asked: askedTuning(settings, control.state.snapshot?.spec),
            read: readText,
            fileLimit,
            acceptors: launch.acceptors,
          }),
        }),
    }),
    (error, path) => log.error({ code: 'Internal', error, path }, 'admin page failed'),
  ).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  log.info({ port: admin.port }, 'admin endpoint listens');

  let revision: string | undefined;
  const source = opened.follow({
    onInput(input) {
      metrics.ignoredFields.set(input.ignoredFields);
      if (input.snapshot !== undefined) {
        monitor.follow(input.snapshot);
        if (input.snapshot.revision !== revision) {
          revision = input.snapshot.revision;
          log.info({ revision }, 'configuration taken');
          log.level = decideLaunch(settings, input.snapshot.spec, machine).logLevel;
        }
      }
      control.take(input);
    },
    onState(state) {
      const before = sourceState;
      sourceState = state;
      if (state.following && !before.following && before.code !== 'Starting')
        log.info({ source: opened.from }, 'source is followed again');
      else if (!state.following && (before.following || before.code !== state.code))
        log.warn(
          { code: state.code, problem: state.problem },
          'source cannot be followed; what was served last stays',
        );
    },
  });

  return {
    async stop() {
      stopping = true;
      await shutdown({
        engine,
        drainDelayMs: settings.drainDelayMs,
        gracePeriodMs: settings.gracePeriodMs,
        wait: (ms) => sleep(ms),
        drainedWithin: (ms) => engine.drained(AbortSignal.timeout(Math.ceil(ms))),
        onStep(step) {
          if (step === 'StoppedAccepting') control.stop();
          log.info({ step, open: openConnections(engine.stats()) }, 'stopping');
        },
      });
      source.stop();
      monitor.stop();
      await admin.close();
    },
  };
};

const openConnections = (stats: {
  readonly acceptors: readonly { readonly openConnections: number }[];
}): number => stats.acceptors.reduce((sum, { openConnections: open }) => sum + open, 0);

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1)); // a longer timer would fire at once
  return () => clearTimeout(timer);
};

/** What cannot be read is unknown, and shown as such. */
const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
