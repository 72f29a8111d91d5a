import { guardStreams } from '../program/guard-streams.ts';
import { runCommand } from './command.ts';
import { EXIT } from './errors/exit.ts';
import { standardTerminal } from './print/terminal.ts';

guardStreams(EXIT.failed);
process.exitCode = await runCommand(process.argv.slice(2), process.env, standardTerminal());
