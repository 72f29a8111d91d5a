import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findGo, runGo } from '../tooling/assets/go.ts';
import { cacheFolder } from '../tooling/process/folders.ts';
import { withLock } from '../tooling/process/lock.ts';

const BUILD_WITHIN_MS = 600_000;

/**
 * Path of a program, by its name, which is built by Go from a folder unless it was before from the same
 * source. `what` says what it is for, in case there is no Go.
 */
export const goProgram = async (name: string, source: string, what: string): Promise<string> => {
  const hash = createHash('sha256').update(process.arch);
  for (const file of (await readdir(source)).sort())
    hash.update(file).update(await readFile(join(source, file)));
  const folder = join(cacheFolder(), 'test');
  const program = join(folder, `${name}-${hash.digest('hex').slice(0, 16)}`);
  // Several test files may want it at the same time, and building takes minutes of processor time.
  await withLock(`${program}.lock`, async () => {
    if (existsSync(program)) return;
    const work = await mkdtemp(join(folder, 'build-'));
    try {
      const output = join(work, name);
      await runGo(await findGo(what), ['build', '-trimpath', '-buildvcs=false', '-o', output, '.'], source, {
        env: { GOFLAGS: '' },
        signal: AbortSignal.timeout(BUILD_WITHIN_MS),
      });
      await rename(output, program);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return program;
};
