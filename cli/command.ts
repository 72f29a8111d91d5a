import { parseRequest } from './arguments/parse-request.ts';
import type { Request, SessionRequest } from './arguments/request.ts';
import { namesFrom } from './cluster/name-lookup.ts';
import type { Session } from './cluster/session.ts';
import { CliError, EXIT, type ExitCode } from './errors/exit.ts';
import type { LoadOperatorCode } from './manifest/operator-code.ts';
import { paragraph } from './print/table.ts';
import type { Terminal } from './print/terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Surroundings {
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly loadOperatorCode: LoadOperatorCode;
}

/** Each command is loaded when it runs: all of them together take longer than any one of them. */
const runRequest = async (
  session: Session,
  request: SessionRequest,
  { terminal, loadOperatorCode, env }: Surroundings,
): Promise<ExitCode> => {
  switch (request.command) {
    case 'dashboard':
      return (await import('./dashboard/run-dashboard.ts')).runDashboard(session, request, terminal, env);
    case 'status':
      return (await import('./status/run-status.ts')).runStatus(session, request, terminal);
    case 'bundle':
      return (await import('./bundle/run-bundle.ts')).runBundle(session, request, terminal);
    case 'connections':
      return (await import('./connections/run-connections.ts')).runConnections(session, request, terminal);
    case 'capacity':
      return (await import('./capacity/run-capacity.ts')).runCapacity(session, request, terminal);
    case 'explain':
      return (await import('./explain/run-explain.ts')).runExplain(session, request, terminal);
    case 'drain':
    case 'undrain':
      return (await import('./drain/run-drain.ts')).runDrain(session, request, terminal);
    case 'log':
      return (await import('./log/run-log.ts')).runLog(session, request, terminal);
    case 'preflight':
      return (await import('./preflight/run-preflight.ts')).runPreflight(
        session,
        request,
        terminal,
        loadOperatorCode,
      );
    case 'top':
      return (await import('./top/run-top.ts')).runTop(session, request, terminal);
    case 'why':
      return (await import('./why/run-why.ts')).runWhy(session, request, terminal);
    default:
      return request satisfies never;
  }
};

/** Connects to a cluster for the commands that need one. */
const runAnywhere = async (request: Request, surroundings: Surroundings): Promise<ExitCode> => {
  const { env, terminal, loadOperatorCode } = surroundings;
  switch (request.command) {
    case 'convert':
      return (await import('./convert/run-convert.ts')).runConvert(request, terminal);
    case 'render':
      return (await import('./render/run-render.ts')).runRender(request, terminal, loadOperatorCode);
    case 'diff': {
      const [{ runDiff }, { withSession }] = await Promise.all([
        import('./diff/run-diff.ts'),
        import('./cluster/session.ts'),
      ]);
      return runDiff(request, terminal, loadOperatorCode, (use) => withSession(request, env, use));
    }
    case 'version':
      return (await import('./version/run-version.ts')).runVersion(
        request,
        terminal,
        loadOperatorCode,
        async (use) => (await import('./cluster/session.ts')).withSession(request, env, use),
      );
    default: {
      const { withSession } = await import('./cluster/session.ts');
      return await withSession(request, env, (session) => runRequest(session, request, surroundings));
    }
  }
};

/** Runs the command that the arguments name, and returns the exit code. */
export const runCommand = async (
  argv: readonly string[],
  env: Environment,
  terminal: Terminal,
  loadOperatorCode: LoadOperatorCode,
): Promise<number> => {
  try {
    const parsed = await parseRequest(argv, terminal, namesFrom(argv, env));
    switch (parsed.kind) {
      case 'Answered':
        return parsed.exitCode;
      case 'Run':
        return await runAnywhere(parsed.request, { env, terminal, loadOperatorCode });
      default:
        return parsed satisfies never;
    }
  } catch (error) {
    if (error instanceof CliError) {
      for (const text of error.message.split('\n'))
        for (const line of paragraph(text, terminal.errWidth)) terminal.err(`${line}\n`);
      return error.exitCode;
    }
    terminal.err(`Internal error: ${error instanceof Error ? error.stack : error}\n`);
    return EXIT.failed;
  }
};
