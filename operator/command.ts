import { DEBUGGER_ADVICE, onDebuggerRefused } from '../program/debugger.js';
import { exitCodeOfSignal, followSignals } from '../program/follow-signals.ts';
import { guardStreams } from '../program/guard-streams.ts';
import { createLog } from '../program/log.ts';
import { Output } from '../program/output.ts';
import { releaseSignals } from '../program/signals.js';
import { VERSION } from '../program/version.ts';
import { EXIT, exitCodeOf, OperatorError } from './errors/operator-error.ts';
import { renderFiles } from './preview/render-files.ts';
import { runDry, startOperator } from './run.ts';
import { parseSettings } from './settings/parse-settings.ts';
import type { Environment, Settings } from './settings/settings.ts';
import { USAGE } from './settings/usage.ts';

/** Shorter than the 30 s after which Kubernetes kills a pod. */
const STOP_WITHIN_MS = 25_000;

const output = new Output(1);
const log = createLog('info', output);

/** Ends the program with an error: its cause goes to the log, a plain message to stderr. */
const fail = (error: unknown): never => {
  const known = error instanceof OperatorError;
  log.fatal({ code: known ? error.code : 'Internal', error }, 'operator failed');
  process.stderr.write(
    `${known ? error.message : `Internal error: ${error instanceof Error ? error.stack : error}`}\n`,
  );
  process.exit(exitCodeOf(error));
};

/** For commands whose output is for a person: a plain message only. */
const failQuietly = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
};

const giveUp = (): never =>
  fail(
    new OperatorError(
      'StopTimedOut',
      `Cannot shut down gracefully: a call to the API server was still in flight after ${STOP_WITHIN_MS / 1000} s. It was aborted.`,
    ),
  );

const run = async (settings: Settings): Promise<void> => {
  log.level = settings.logLevel;
  process.on('exit', () => output.flushSync());
  process.on('uncaughtException', fail); // unhandled rejections arrive here, too
  onDebuggerRefused((openedBy) => log.warn({ openedBy, advice: DEBUGGER_ADVICE }, 'debugger refused'));
  const starting = startOperator(settings, log, output, fail);
  followSignals({
    onStop(signal) {
      log.info({ signal }, 'stop requested');
      setTimeout(giveUp, STOP_WITHIN_MS).unref();
      starting
        .then((operator) => operator.stop())
        .then(() => {
          log.info('stopped');
          process.exit(EXIT.ok);
        })
        .catch(fail);
    },
    onStopAgain: (signal) => process.exit(exitCodeOfSignal(signal)),
    // The operator follows the cluster, so there is no file to reload.
    onReload: (signal) => log.warn({ signal }, 'signal ignored'),
    onIgnored: (signal, times) => log.warn({ signal, times }, 'signal ignored'),
  });
  await starting;
};

/** Runs the command that the arguments and the environment specify. */
export const runCommand = async (argv: readonly string[], env: Environment): Promise<void> => {
  guardStreams(EXIT.failed);
  const command = parseSettings(argv, env);
  if (command.command !== 'Run') releaseSignals();
  switch (command.command) {
    case 'Help':
      process.stdout.write(USAGE);
      break;
    case 'Version':
      process.stdout.write(`l4balancer-operator ${VERSION}\n`);
      break;
    case 'Refused': {
      const { problems } = command;
      const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
      process.stderr.write(`${count}; --help lists flags and variables\n`);
      // Printed last, because the status shows the last line of a pod that keeps failing.
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      process.exitCode = EXIT.badInput;
      break;
    }
    case 'Render':
      process.exitCode = renderFiles(command.files, command.output, command.images, {
        out: process.stdout,
        err: process.stderr,
      });
      break;
    case 'DryRun':
      await runDry(command.settings, process.stdout)
        .then((code) => {
          process.exitCode = code;
        })
        .catch(failQuietly);
      break;
    case 'Run':
      await run(command.settings).catch(fail);
      break;
    default:
      command satisfies never;
  }
};
