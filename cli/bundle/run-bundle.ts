import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { VERSION } from '../../program/version.ts';
import type { Request } from '../arguments/request.ts';
import { readBalancer } from '../cluster/balancers.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { bytes, counted } from '../print/units.ts';
import { readContents } from './contents.ts';
import { tar } from './tar.ts';

export type BundleRequest = Extract<Request, { readonly command: 'bundle' }>;

/**
 * Writes an archive with all that a bug report needs. The exit code is 1 if something could not be read.
 * Throws CliError.
 */
export const runBundle = async (
  session: Session,
  { name, file }: BundleRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const now = new Date();
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const base = `l4b-${name}-${stamp}`;
  const path = file ?? `${base}.tar.gz`;
  const balancer = await readBalancer(session, name);
  const version = await serverVersion(session);
  const { files, missing } = await readContents(session, balancer);
  const about = [
    `L4Balancer ${session.namespace}/${name}, read on ${now.toISOString()} by kubectl-l4b ${VERSION} from Kubernetes ${version}.`,
    'Secrets were not read, and what looks like a secret in other texts was left out; look through it before you pass it on.',
    ...(missing.length === 0
      ? ['Everything could be read.']
      : ['What could not be read:', ...missing.map((one) => `- ${one}`)]),
  ];
  const all = [{ path: 'README.txt', content: Buffer.from(`${about.join('\n')}\n`) }, ...files];
  const archive = gzipSync(
    tar(
      all.map((one) => ({ ...one, path: `${base}/${one.path}` })),
      now.getTime(),
    ),
  );
  write(path, archive);
  const done = `${path}: ${counted(all.length, 'file')}, ${bytes(archive.length)}; look through it before you pass it on`;
  for (const line of paragraph(done, terminal.width)) terminal.out(`${line}\n`);
  for (const text of missing)
    for (const line of paragraph(text, terminal.errWidth, '  ', '! ')) terminal.err(`${line}\n`);
  return missing.length === 0 ? EXIT.ok : EXIT.problem;
};

const serverVersion = async ({ transport }: Session): Promise<string> => {
  try {
    const answer = (await transport.request({ method: 'GET', path: '/version', timeoutMs: 5_000 })) as {
      gitVersion?: string;
    };
    return answer.gitVersion ?? 'of an unknown version';
  } catch {
    return 'of an unknown version'; // a right that some clusters do not give; nothing depends on it
  }
};

/** Never replaces a file, and lets nobody else read it. */
const write = (path: string, archive: Uint8Array): void => {
  try {
    writeFileSync(path, archive, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === 'EEXIST' ? 'it exists already; name another one' : message;
    throw new CliError(code === 'EEXIST' ? 'BadInput' : 'Failed', `Cannot write ${path}: ${found}`, error);
  }
};
