import { VERSION } from '../../program/version.ts';
import type { Request } from '../arguments/request.ts';
import type { Session } from '../cluster/session.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import type { LoadOperatorCode } from '../manifest/operator-code.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import type { Terminal } from '../print/terminal.ts';
import { versionLines } from './lines.ts';
import { readVersions } from './read-versions.ts';
import { skewOf } from './skew.ts';

export type VersionRequest = Extract<Request, { readonly command: 'version' }>;

/**
 * Shows the versions of all that works together. Throws CliError; what this command is has then been printed,
 * since it needs no cluster.
 */
export const runVersion = async (
  { client, output, allNamespaces, direct }: VersionRequest,
  terminal: Terminal,
  loadOperatorCode: LoadOperatorCode,
  inSession: <T>(use: (session: Session) => Promise<T>) => Promise<T>,
): Promise<ExitCode> => {
  const printClient = async (): Promise<void> =>
    terminal.out(
      output === undefined ? `kubectl-l4b ${VERSION}\n` : await asDocument({ client: VERSION }, output),
    );
  if (client) {
    await printClient();
    return EXIT.ok;
  }
  const code = await loadOperatorCode();
  const versions = await inSession((session) =>
    readVersions(session, allNamespaces ? undefined : session.namespace, { direct }, code),
  ).catch(async (error: unknown) => {
    await printClient();
    throw error;
  });
  if (output === undefined) {
    const style = styleOf(terminal.colors);
    terminal.out(`${versionLines(versions, { width: terminal.width, style }).join('\n')}\n`);
  } else terminal.out(await asDocument({ ...versions, skew: skewOf(versions) }, output));
  return EXIT.ok;
};
