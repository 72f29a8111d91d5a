import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { toolProgram } from '../../tooling/assets/programs.ts';
import { runChild } from '../../tooling/process/child.ts';
import { type Archive, KREW_MANIFEST, krewManifest } from './krew-manifest.ts';

export interface KrewOptions {
  readonly version: string;
  /** Where the archives are. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly progress?: (text: string) => void;
}

/**
 * Has krew's own validation check the manifest: its form, and that krew installs the plugin from it for each
 * platform, with a licence. It downloads the archives, so that they are served here meanwhile. Throws with
 * what it found wrong.
 */
export const validateKrew = async (
  archives: readonly Archive[],
  { version, out, signal, progress = () => {} }: KrewOptions,
): Promise<void> => {
  const options = { signal, progress };
  const [krew, validate, kubectl] = [
    await toolProgram('krew', options),
    await toolProgram('validate-krew-manifest', options),
    await toolProgram('kubectl', options),
  ];
  const work = await mkdtemp(join(tmpdir(), 'l4b-krew-'));
  const server = createServer((request, response) => {
    const name = basename(request.url ?? '');
    if (archives.some(({ file }) => file === name)) createReadStream(join(out, name)).pipe(response);
    else response.writeHead(404).end();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const manifest = join(work, KREW_MANIFEST);
    await writeFile(manifest, krewManifest(version, url, archives));
    // It starts `kubectl krew` of the PATH.
    const bin = join(work, 'bin');
    await mkdir(bin);
    await symlink(krew, join(bin, 'kubectl-krew'));
    await symlink(kubectl, join(bin, 'kubectl'));
    const PATH = [bin, process.env.PATH].join(delimiter);
    await accept([validate, `-manifest=${manifest}`], { PATH }, signal);
  } finally {
    server.close();
    await rm(work, { recursive: true });
  }
};

/** The text of a fatal error as klog writes it, which krew uses; those of krew itself are indented. */
const FATAL = /^\t*F\d{4} [^\]]*\] (.*)$/;

const accept = async (
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> => {
  let found: string | undefined;
  const onLine = (line: string): void => {
    found = FATAL.exec(line)?.[1] ?? found;
  };
  try {
    await runChild(argv, { env, signal, onLine });
  } catch (cause) {
    // Its last lines are a stack trace.
    throw found === undefined ? cause : new Error(`krew does not accept the manifest: ${found}`, { cause });
  }
};
