import { randomBytes } from 'node:crypto';
import { realClock } from '../kube/clock.ts';
import { openTransport } from '../kube/connect.ts';
import type { Credentials } from '../kube/credentials.ts';
import { CredentialsError } from '../kube/errors.ts';
import { findCredentials } from '../kube/find-credentials.ts';
import type { Transport } from '../kube/transport.ts';
import type { Logger } from '../program/log.ts';
import type { Output } from '../program/output.ts';
import { collectProcessMetrics } from '../program/process-metrics.ts';
import { Registry } from '../program/prometheus.ts';
import { VERSION } from '../program/version.ts';
import { codeOf, OperatorError } from './errors/operator-error.ts';
import { lateFleet } from './fleet/late-fleet.ts';
import { logReadiness, type Readiness, readinessOf } from './health/readiness.ts';
import { startServers } from './health/servers.ts';
import { beginTerm, FIELD_MANAGER } from './leader/begin-term.ts';
import type { Term } from './leader/election.ts';
import type { Fence } from './leader/fenced-transport.ts';
import { joinElection, type Leadership } from './leader/join-election.ts';
import { leadAlone } from './leader/lead-alone.ts';
import { dryRun } from './preview/dry-run.ts';
import { type Controller, startController } from './reconcile/controller.ts';
import { FLAGS } from './settings/flags.ts';
import type { Settings } from './settings/settings.ts';
import { createControllerMetrics } from './telemetry/controller-metrics.ts';
import { createCredentialWatch, pollApiServer } from './telemetry/credential-watch.ts';
import { createDefinitionMetrics } from './telemetry/definition-metrics.ts';
import { measureTransports } from './telemetry/measured-transport.ts';
import { createOutputMetrics } from './telemetry/output-metrics.ts';
import { createProblemMetrics } from './telemetry/problem-metrics.ts';
import { createReadinessMetrics } from './telemetry/readiness-metrics.ts';
import { createReplicaMetrics } from './telemetry/replica-metrics.ts';
import { createRevisionMetrics } from './telemetry/revision-metrics.ts';
import { sendMetrics } from './telemetry/send-metrics.ts';
import { createWatchMetrics } from './telemetry/watch-metrics.ts';
import { createThrottle } from './throttle/throttle.ts';
import { ROOT } from './watch/kinds.ts';

/** A running operator; `stop` lets it finish its work in progress. */
export interface RunningOperator {
  stop(): Promise<void>;
}

/**
 * Wires the parts together and starts them. Throws OperatorError, with nothing left running, if it cannot
 * start. `onFailed` is called with errors that only a bug can cause.
 */
export const startOperator = async (
  settings: Settings,
  log: Logger,
  output: Output,
  onFailed: (error: unknown) => void,
): Promise<RunningOperator> => {
  const credentials = await login(settings);
  const registry = new Registry();
  collectProcessMetrics(registry);
  createOutputMetrics(registry, output);
  const measured = measureTransports(new URL(credentials.server).host, registry);
  const throttled = createThrottle(settings.rate, realClock);
  const credentialWatch = createCredentialWatch(realClock.now);
  const open = (): Transport =>
    credentialWatch.watched(
      measured(openTransport(credentials, `l4balancer-operator/${VERSION}`, realClock.now)),
    );
  const wallClock = () => new Date();
  /** Unlike the pod's name, it differs after each restart of the container. */
  const identity = `${settings.instance}_${randomBytes(6).toString('hex')}`;
  const common = { log, clock: realClock, wallClock, random: Math.random };
  log.info({ version: VERSION, server: credentials.server, identity, ...settings }, 'operator starting');

  const stopping = new AbortController();
  let controller: Controller | undefined;
  let leadership: Leadership | undefined;
  const readiness = (): Readiness =>
    readinessOf({
      isStopping: () => stopping.signal.aborted,
      watches: () => controller?.cache.health() ?? [],
      credentials: credentialWatch.problem,
      leadership: () => leadership?.problem(),
    });
  const started = Promise.withResolvers<Controller>();
  const reading = throttled(open());
  const fleet = lateFleet(async () => {
    const { cache, readings, readSoon } = await started.promise;
    return {
      clock: realClock,
      wallMs: Date.now,
      random: Math.random,
      collections: cache.collections,
      readings,
      onWatched: readSoon,
      state: () => ({
        version: VERSION,
        instance: settings.instance,
        namespaces: settings.namespaces,
        role: leadership?.role() ?? { isLeader: false },
        problems: readiness().problems,
      }),
      transport: reading,
      fieldManager: FIELD_MANAGER,
      onReviewError: (error) => log.warn({ code: codeOf(error), error }, 'token not reviewed'),
    };
  });
  const servers = await startServers({
    health: { address: settings.health, flag: FLAGS.healthAddress.flag },
    metrics: { address: settings.metrics, flag: FLAGS.metricsAddress.flag },
    page: {
      listen: settings.page && { address: settings.page, flag: FLAGS.pageAddress.flag },
      local: fleet.local,
      forTokens: settings.pageForTokens ? fleet.forTokens : undefined,
      onRefused: (error) => log.warn({ code: codeOf(error), error }, 'page not served'),
    },
    registry,
    readiness,
    onError: (error, path) => log.error({ code: 'Internal', error, path }, 'page failed'),
  });
  log.info(servers.ports, 'serving health and metrics');
  const sending = sendMetrics(registry, {
    endpoint: settings.otlpEndpoint,
    instance: settings.instance,
    log,
    now: Date.now,
  });
  const running = startController(
    {
      ...common,
      transport: reading,
      namespaces: settings.namespaces,
      fieldManager: FIELD_MANAGER,
      identity: nameOf(settings),
      isWatched: fleet.isWatched,
      render: settings.render,
      workers: settings.workers,
      metrics: createControllerMetrics(registry, settings.workers, realClock.now),
      replicaMetrics: createReplicaMetrics(registry),
      watchMetrics: createWatchMetrics(registry),
      definitionMetrics: createDefinitionMetrics(registry),
    },
    onFailed,
  );
  controller = running;
  started.resolve(running);
  createReadinessMetrics(registry, settings.namespaces, readiness);
  if (settings.election === undefined) void pollApiServer(reading, realClock, stopping.signal);
  void logReadiness(readiness, log, realClock, stopping.signal);
  const balancers = () => running.cache.collections[ROOT].values();
  createRevisionMetrics(registry, balancers);
  createProblemMetrics(registry, balancers);

  const begin = (fence: Fence | undefined): Term =>
    beginTerm(fence, {
      ...common,
      open,
      throttled,
      instance: settings.instance,
      work: (access) => running.begin(access),
    });
  const leading: Leadership =
    settings.election === undefined
      ? leadAlone(begin)
      : joinElection(
          {
            ...common,
            begin,
            open,
            registry,
            identity,
            election: settings.election,
            instance: settings.instance,
          },
          onFailed,
        );
  leadership = leading;

  return {
    async stop() {
      stopping.abort();
      fleet.close();
      await leading.stop();
      running.stop();
      await sending.close();
      await servers.close();
      await reading.close();
    },
  };
};

/**
 * Prints what would be done in the cluster, changes nothing, and returns the exit code. Throws what calls to
 * the API server throw.
 */
export const runDry = async (settings: Settings, out: { write(text: string): unknown }): Promise<number> => {
  const transport = openTransport(await login(settings), `l4balancer-operator/${VERSION}`, realClock.now);
  try {
    const { namespaces, render: images } = settings;
    return await dryRun({ transport, namespaces, images, fieldManager: FIELD_MANAGER, out });
  } finally {
    await transport.close();
  }
};

/**
 * Distinguishes this operator from others, for people and for other operators: its pod, and the Lease that it
 * competes for.
 */
const nameOf = ({ instance, election }: Settings): string =>
  election === undefined
    ? `${instance} (without a Lease)`
    : `${instance} (Lease ${election.namespace}/${election.name})`;

const login = async (settings: Settings): Promise<Credentials> => {
  try {
    return await findCredentials(settings, process.env, realClock.now);
  } catch (error) {
    if (error instanceof CredentialsError)
      throw new OperatorError('CredentialsInvalid', error.message, error);
    throw error;
  }
};
