import { collectDefaultMetrics, Registry } from 'prom-client';
import { createWriter } from '../kube/apply.ts';
import { realClock } from '../kube/clock.ts';
import { openTransport } from '../kube/connect.ts';
import type { Credentials } from '../kube/credentials.ts';
import { CredentialsError } from '../kube/errors.ts';
import { findCredentials } from '../kube/find-credentials.ts';
import { EXIT, exitCodeOf, OperatorError } from './errors.ts';
import { startServers } from './health/servers.ts';
import { startController } from './reconcile/controller.ts';
import { parseSettings, type Settings } from './settings.ts';
import { onStopSignals, SIGNAL_EXIT } from './stop-signals.ts';
import { createControllerMetrics } from './telemetry/controller-metrics.ts';
import { createLog } from './telemetry/log.ts';
import { measuredTransport } from './telemetry/measured-transport.ts';
import { createRecorder } from './telemetry/recorder.ts';
import { USAGE } from './usage.ts';
import { VERSION } from './version.ts';

/** Owns, in every object's managedFields, what the operator has applied. Changing it would leave the old fields without an owner. */
const FIELD_MANAGER = 'l4balancer-operator';
/** Below the 30 s that Kubernetes waits before it kills. */
const STOP_WITHIN_MS = 25_000;

const log = createLog('info');

/** Ends the program for an error: in the log with its cause, and on stderr in plain words. */
const fail = (error: unknown): never => {
  const known = error instanceof OperatorError;
  log.fatal({ code: known ? error.code : 'Internal', error }, 'operator ends');
  process.stderr.write(
    `${known ? error.message : `Internal error: ${error instanceof Error ? error.stack : error}`}\n`,
  );
  process.exit(exitCodeOf(error));
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

const run = async (settings: Settings): Promise<void> => {
  log.level = settings.logLevel;
  process.on('uncaughtException', fail); // rejections come here too
  const credentials = login(settings);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const api = openTransport(credentials, `l4balancer-operator/${VERSION}`, realClock.now);
  const transport = measuredTransport(api, new URL(credentials.server).host, registry);
  const writer = createWriter(transport, FIELD_MANAGER);
  const wallClock = () => new Date();
  log.info({ version: VERSION, server: credentials.server, ...settings }, 'operator starts');

  let stopping = false;
  const servers = await startServers({
    settings,
    registry,
    watches: () => controller.world.health(),
    isStopping: () => stopping,
    onError: (error, path) => log.error({ code: 'Internal', error, path }, 'page failed'),
  });
  log.info(servers.ports, 'health and metrics listen');
  const controller = startController(
    {
      transport,
      writer,
      render: settings.render,
      workers: settings.workers,
      metrics: createControllerMetrics(registry, settings.workers, realClock.now),
      recorder: createRecorder({ writer, log, wallClock, instance: settings.instance }),
      log,
      clock: realClock,
      wallClock,
      random: Math.random,
    },
    fail,
  );

  onStopSignals(
    (signal) => {
      stopping = true;
      log.info({ signal }, 'stop asked');
      setTimeout(() => {
        const seconds = STOP_WITHIN_MS / 1000;
        fail(
          new OperatorError(
            'StopTimedOut',
            `Cannot stop: a write was still on its way after ${seconds} s. It is given up.`,
          ),
        );
      }, STOP_WITHIN_MS).unref();
      controller
        .stop()
        .then(() => Promise.all([servers.close(), transport.close()]))
        .then(() => {
          log.info('stopped');
          process.exit(EXIT.ok);
        })
        .catch(fail);
    },
    (signal) => process.exit(SIGNAL_EXIT[signal]),
  );
};

const command = parseSettings(process.argv.slice(2), process.env);
switch (command.command) {
  case 'Help':
    process.stdout.write(USAGE);
    break;
  case 'Version':
    process.stdout.write(`l4balancer-operator ${VERSION}\n`);
    break;
  case 'Refused': {
    const { problems } = command;
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    process.stderr.write(`${count}; --help lists flags and variables\n`);
    process.exitCode = EXIT.badInput;
    break;
  }
  case 'Run':
    await run(command.settings).catch(fail);
    break;
  default:
    command satisfies never;
}
