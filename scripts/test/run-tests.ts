import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { cacheFolder, REPOSITORY } from '../../tooling/process/folders.ts';
import { countsOf, type TestCounts } from './counts.ts';
import type { RunnerOptions } from './in-order.ts';
import type { Stage } from './stages.ts';

/** Milliseconds after which a test that does not end has failed. */
const LONGEST_TEST_MS = 15 * 60_000;
/**
 * Milliseconds without output after which the stage is stopped: longer than any single test may take. The
 * runner has no limit for a file, so one that left a server open would keep it running for ever.
 */
const LONGEST_SILENCE_MS = 20 * 60_000;

/**
 * Where Node keeps compiled modules, types already stripped. Every test file, and every program that a test
 * starts, is a process of its own and would otherwise spend most of its start on the same modules.
 */
const NODE_COMPILE_CACHE = join(cacheFolder(), 'compiled-modules');

export interface StageResult {
  readonly counts: TestCounts;
  readonly ok: boolean;
}

/**
 * Runs the files of one stage with Node's test runner, passes its output on, and counts tests. Ctrl-C reaches
 * the runner directly; on `signal` it is sent SIGTERM. Either way this waits for it, so that tests can clean
 * up.
 */
export const runTests = async (
  { files, concurrency }: Stage,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<StageResult> => {
  const options: RunnerOptions = {
    concurrency,
    timeout: LONGEST_TEST_MS,
    setup: pathToFileURL(join(REPOSITORY, 'scripts/test/end-file.ts')).href,
  };
  const child = spawn(
    process.execPath,
    [join(REPOSITORY, 'scripts/test/in-order.ts'), JSON.stringify(options), ...files],
    { cwd: REPOSITORY, env: { ...process.env, NODE_COMPILE_CACHE }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const seen: string[] = [];
  const silence = setTimeout(() => {
    out.write(
      `✖ no output for ${LONGEST_SILENCE_MS / 60_000} min; stopping. Last line: ${seen.at(-1) ?? 'none'}\n`,
    );
    stop();
  }, LONGEST_SILENCE_MS);
  createInterface({ input: child.stdout }).on('line', (line) => {
    silence.refresh();
    seen.push(line);
    out.write(`${line}\n`);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearTimeout(silence);
  signal.removeEventListener('abort', stop);
  const counts = countsOf(seen);
  return { counts, ok: status === 0 && counts.failed === 0 };
};
