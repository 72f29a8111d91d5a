import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runChild } from '../process/child.ts';
import { findProgram } from '../process/find-program.ts';
import type { BuildOptions } from './build.ts';
import { ENVTEST_BRANCH, KUBERNETES_VERSION } from './catalogue.ts';
import { runGo } from './go.ts';

const PACKAGE = `sigs.k8s.io/controller-runtime/tools/setup-envtest@${ENVTEST_BRANCH}`;
const INSTALL_WITHIN_MS = 120_000;
/** The list of releases is small: a network that permits the download delivers it at once. */
const LIST_WITHIN_MS = 10_000;
const DOWNLOAD_WITHIN_MS = 600_000;

/**
 * Tries to download prebuilt etcd, kube-apiserver and kubectl of the same minor version into `folder`, and
 * returns whether it succeeded. If it did not (no Go, no network, no such release), the build from source
 * follows and reports what fails.
 */
export async function downloadEnvtest(folder: string, { steps, signal }: BuildOptions): Promise<boolean> {
  const go = findProgram('go');
  if (!go) return false;
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, '.envtest-'));
  const within = (ms: number) => AbortSignal.any([AbortSignal.timeout(ms), ...(signal ? [signal] : [])]);
  const minor = `${KUBERNETES_VERSION.split('.').slice(0, 2).join('.').slice(1)}.x`;
  const tool = join(work, 'setup-envtest');
  try {
    const env = { GOBIN: work, GOFLAGS: '' };
    await runGo(go, ['install', PACKAGE], work, { env, signal: within(INSTALL_WITHIN_MS) });
    await runChild([tool, 'list', '--remote-only', minor], { signal: within(LIST_WITHIN_MS) });
    const found = await steps.run(`Kubernetes ${minor}, download`, () =>
      runChild([tool, 'use', minor, '--bin-dir', work, '--print', 'path'], {
        signal: within(DOWNLOAD_WITHIN_MS),
      }),
    );
    await rename(found.trim(), folder);
    return true;
  } catch {
    signal?.throwIfAborted();
    return false; // the build from source comes next
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
