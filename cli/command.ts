import { parseRequest } from './arguments/parse-request.ts';
import type { SessionRequest } from './arguments/request.ts';
import { namesFrom } from './cluster/name-lookup.ts';
import type { Session } from './cluster/session.ts';
import { CliError, EXIT, type ExitCode } from './errors/exit.ts';
import { paragraph } from './print/table.ts';
import type { Terminal } from './print/terminal.ts';

/** Each command is loaded when it runs: all of them together take longer than any one of them. */
const runRequest = async (
  session: Session,
  request: SessionRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  switch (request.command) {
    case 'status':
      return (await import('./status/run-status.ts')).runStatus(session, request, terminal);
    case 'capacity':
      return (await import('./capacity/run-capacity.ts')).runCapacity(session, request, terminal);
    case 'top':
      return (await import('./top/run-top.ts')).runTop(session, request, terminal);
    case 'why':
      return (await import('./why/run-why.ts')).runWhy(session, request, terminal);
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
      case 'Run': {
        const { request } = parsed;
        if (request.command === 'convert')
          return await (await import('./convert/run-convert.ts')).runConvert(request, terminal);
        const { withSession } = await import('./cluster/session.ts');
        return await withSession(request, env, (session) => runRequest(session, request, terminal));
      }
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    if (error instanceof CliError) {
      for (const text of error.message.split('\n'))
        for (const line of paragraph(text, terminal.width)) terminal.err(`${line}\n`);
      return error.exitCode;
    }
    terminal.err(`Internal error: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT.failed;
  }
};
