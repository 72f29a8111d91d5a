import { guardStreams } from '../program/guard-streams.ts';
import { runCommand } from './command.ts';
import { EXIT } from './errors/exit.ts';
import type { LoadOperatorCode } from './manifest/operator-code.ts';
import { standardTerminal } from './print/terminal.ts';

/** Runs the command that the arguments of the process name, and sets its exit code. */
export const main = async (loadOperatorCode: LoadOperatorCode): Promise<void> => {
  guardStreams(EXIT.failed);
  const { argv, env } = process;
  process.exitCode = await runCommand(argv.slice(2), env, standardTerminal(), loadOperatorCode);
};
