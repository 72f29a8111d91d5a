import { collectDefaultMetrics, Registry } from 'prom-client';
import { createWriter } from '../kube/apply.ts';
import { realClock } from '../kube/clock.ts';
import { openTransport } from '../kube/connect.ts';
import type { Credentials } from '../kube/credentials.ts';
import { CredentialsError } from '../kube/errors.ts';
import { findCredentials } from '../kube/find-credentials.ts';
import { OperatorError } from './errors.ts';
import { startServers } from './health/servers.ts';
import { type Controller, startController } from './reconcile/controller.ts';
import type { Settings } from './settings.ts';
import { createControllerMetrics } from './telemetry/controller-metrics.ts';
import type { Logger } from './telemetry/log.ts';
import { measuredTransport } from './telemetry/measured-transport.ts';
import { createRecorder } from './telemetry/recorder.ts';
import { createWatchMetrics } from './telemetry/watch-metrics.ts';
import { VERSION } from './version.ts';

/** Owns, in every object's managedFields, what the operator has applied. Changing it would leave the old fields without an owner. */
const FIELD_MANAGER = 'l4balancer-operator';

/** An operator that runs; `stop` lets it finish what it has begun. */
export interface RunningOperator {
  stop(): Promise<void>;
}

/**
 * Wires the parts together and starts them. Throws OperatorError, with nothing left running, when it cannot. `onFailed` hears of what
 * only a bug can throw.
 */
export const startOperator = async (
  settings: Settings,
  log: Logger,
  onFailed: (error: unknown) => void,
): Promise<RunningOperator> => {
  const credentials = login(settings);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const api = openTransport(credentials, `l4balancer-operator/${VERSION}`, realClock.now);
  const transport = measuredTransport(api, new URL(credentials.server).host, registry);
  const writer = createWriter(transport, FIELD_MANAGER);
  const metrics = createControllerMetrics(registry, settings.workers, realClock.now);
  const wallClock = () => new Date();
  log.info({ version: VERSION, server: credentials.server, ...settings }, 'operator starts');

  let stopping = false;
  let controller: Controller | undefined;
  const servers = await startServers({
    settings,
    registry,
    watches: () => controller?.world.health() ?? [],
    isStopping: () => stopping,
    onError: (error, path) => log.error({ code: 'Internal', error, path }, 'page failed'),
  });
  log.info(servers.ports, 'health and metrics listen');
  const running = startController(
    {
      transport,
      namespaces: settings.namespaces,
      writer,
      render: settings.render,
      workers: settings.workers,
      metrics,
      watchMetrics: createWatchMetrics(registry),
      recorder: createRecorder({ writer, log, wallClock, instance: settings.instance }),
      log,
      clock: realClock,
      wallClock,
      random: Math.random,
    },
    onFailed,
  );
  controller = running;

  return {
    async stop() {
      stopping = true;
      await running.stop();
      await servers.close();
      await transport.close();
    },
  };
};

const login = (settings: Settings): Credentials => {
  try {
    return findCredentials(settings, process.env, realClock.now);
  } catch (error) {
    if (error instanceof CredentialsError)
      throw new OperatorError('CredentialsInvalid', error.message, error);
    throw error;
  }
};
