import { parseRequest } from './arguments/parse-request.ts';
import type { Request } from './arguments/request.ts';
import { runCapacity } from './capacity/run-capacity.ts';
import { namesFrom } from './cluster/name-lookup.ts';
import { type Session, withSession } from './cluster/session.ts';
import { CliError, EXIT, type ExitCode } from './errors/exit.ts';
import { paragraph } from './print/table.ts';
import type { Terminal } from './print/terminal.ts';
import { runStatus } from './status/run-status.ts';
import { runTop } from './top/run-top.ts';
import { runWhy } from './why/run-why.ts';

const runRequest = (session: Session, request: Request, terminal: Terminal): Promise<ExitCode> => {
  switch (request.command) {
    case 'status':
      return runStatus(session, request, terminal);
    case 'capacity':
      return runCapacity(session, request, terminal);
    case 'top':
      return runTop(session, request, terminal);
    case 'why':
      return runWhy(session, request, terminal);
    default:
      return request satisfies never;
  }
};

/** Runs the command that the arguments name, and returns the exit code. */
export const runCommand = async (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
): Promise<number> => {
  try {
    const parsed = await parseRequest(argv, terminal, namesFrom(argv, env));
    switch (parsed.kind) {
      case 'Answered':
        return parsed.exitCode;
      case 'Run':
        return await withSession(parsed.request, env, (session) =>
          runRequest(session, parsed.request, terminal),
        );
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    if (error instanceof CliError) {
      for (const line of paragraph(error.message, terminal.width)) terminal.err(`${line}\n`);
      return error.exitCode;
    }
    terminal.err(`Internal error: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT.failed;
  }
};
