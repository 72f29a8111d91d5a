import { writeFileSync } from 'node:fs';
import { DEBUGGER_ADVICE, onDebuggerRefused } from '../program/debugger.js';
import { exitCodeOfSignal, followSignals } from '../program/follow-signals.ts';
import { guardStreams } from '../program/guard-streams.ts';
import { createLog } from '../program/log.ts';
import { Output } from '../program/output.ts';
import { releaseSignals } from '../program/signals.js';
import { VERSION } from '../program/version.ts';
import { checkManifests } from './check.ts';
import { EXIT, exitCodeOf, ProxyError } from './errors/proxy-error.ts';
import { parseSettings } from './settings/parse-settings.ts';
import type { Environment, Settings } from './settings/settings.ts';
import { USAGE } from './settings/usage.ts';
import { readText } from './tuning/read-text.ts';
import { setSysctls } from './tuning/set-sysctls.ts';

const output = new Output(1);
const log = createLog('info', output);

/**
 * Exits because of an error. Invalid input is explained on stderr; any other error is also logged with its
 * cause.
 */
const fail = (error: unknown): never => {
  const exitCode = exitCodeOf(error);
  const known = error instanceof ProxyError;
  if (exitCode !== EXIT.badInput) log.fatal({ code: known ? error.code : 'Internal', error }, 'proxy failed');
  process.stderr.write(
    `${known ? error.message : `Internal error: ${error instanceof Error ? error.stack : error}`}\n`,
  );
  const details = known ? error.details : [];
  for (const line of details) process.stderr.write(`${line}\n`);
  if (details.length > 0) process.stderr.write(`${count(details.length)}\n`);
  process.exit(exitCode);
};

const count = (problems: number): string => `${problems} ${problems === 1 ? 'problem' : 'problems'}`;

const run = async (settings: Settings): Promise<void> => {
  process.on('exit', () => output.flushSync());
  process.on('uncaughtException', fail); // includes unhandled rejections
  onDebuggerRefused((openedBy) => log.warn({ openedBy, advice: DEBUGGER_ADVICE }, 'debugger refused'));
  // Loaded only for serving: --help and --check take half the time without it.
  const starting = import('./run/run.ts').then(({ startProxy }) => startProxy(settings, log, output));
  followSignals({
    onStop(signal) {
      log.info({ signal }, 'stop requested');
      starting
        .then((proxy) => proxy.stop())
        .then(() => process.exit(EXIT.ok))
        .catch(fail);
    },
    onStopAgain: (signal) => process.exit(exitCodeOfSignal(signal)),
    onReload(signal) {
      // A failed start exits the program anyway.
      starting.then(
        (proxy) => {
          if (proxy.reload()) log.info({ signal }, 'manifest reloaded');
          else log.warn({ signal }, 'signal ignored');
        },
        () => {},
      );
    },
    onIgnored: (signal, times) => log.warn({ signal, times }, 'signal ignored'),
  });
  await starting;
};

/** Executes the command that arguments and environment specify. */
export const runCommand = async (argv: readonly string[], env: Environment): Promise<void> => {
  guardStreams(EXIT.failed);
  const command = parseSettings(argv, env);
  if (command.command !== 'Run') releaseSignals();
  switch (command.command) {
    case 'Help':
      process.stdout.write(USAGE);
      break;
    case 'Version':
      process.stdout.write(`l4balancer-proxy ${VERSION}\n`);
      break;
    case 'Check':
      process.exitCode = checkManifests(command.files, command.admin, process.stdout);
      break;
    case 'SetSysctls': {
      const { lines, problems } = setSysctls(command.assignments, {
        read: readText,
        write: (file, text) => writeFileSync(file, text),
      });
      // To one of the two, since a container's runtime keeps no order between them: the status shows the last
      // line of a container that failed.
      const output = problems.length === 0 ? process.stdout : process.stderr;
      for (const line of [...lines, ...problems]) output.write(`${line}\n`);
      process.exitCode = problems.length === 0 ? EXIT.ok : EXIT.failed;
      break;
    }
    case 'Refused':
      process.stderr.write(`${count(command.problems.length)}; see --help for flags and variables\n`);
      // The problems come last, because the status shows the last line of a pod that keeps crashing.
      for (const problem of command.problems) process.stderr.write(`${problem}\n`);
      process.exitCode = EXIT.badInput;
      break;
    case 'Run':
      await run(command.settings).catch(fail);
      break;
    default:
      command satisfies never;
  }
};
