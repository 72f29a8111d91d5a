import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../process/find-program.ts';
import { cacheFolder } from '../process/folders.ts';
import { withLock } from '../process/lock.ts';
import { openSteps, type Steps } from '../terminal/steps.ts';
import { type BuildOptions, buildPrograms, buildTool } from './build.ts';
import { ENVTEST_PROGRAMS, KUBERNETES_VERSION, TOOLS } from './catalogue.ts';
import { downloadEnvtest } from './envtest.ts';

export interface AssetOptions {
  /** Shows each build as a step; defaults to steps on standard error. */
  readonly steps?: Steps;
  /** Instead of `steps`: receives one line that says what is being built. */
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

const HEARTBEAT_MS = 30_000;

/**
 * The folder that has all of `names` (etcd and Kubernetes programs): KUBEBUILDER_ASSETS, else the cache,
 * else what setup-envtest downloads, else the cache again after a build from source. It is always a single
 * folder, so that versions never mix.
 */
export async function clusterPrograms(names: readonly string[], options: AssetOptions = {}): Promise<string> {
  const root = join(cacheFolder(), 'k8s');
  const built = join(root, KUBERNETES_VERSION);
  const downloaded = join(root, `envtest-${KUBERNETES_VERSION}`);
  const find = () =>
    [process.env.KUBEBUILDER_ASSETS, built, downloaded].find((folder) => folder && hasAll(folder, names));
  const found = find();
  if (found) return found;
  requireWritable(root);
  const build = buildOptions(options);
  return withLock(
    `${built}.lock`,
    async () => {
      const builtMeanwhile = find();
      if (builtMeanwhile) return builtMeanwhile;
      const downloadable = names.every((name) => ENVTEST_PROGRAMS.includes(name));
      if (downloadable && (await downloadEnvtest(downloaded, build)) && hasAll(downloaded, names))
        return downloaded;
      const missing = names.filter((name) => !isExecutable(join(built, name)));
      await buildPrograms(missing, built, build);
      return built;
    },
    reportWaiting(options),
  );
}

/** Path of helm, kind or kubectl: from the PATH, else from the cache, else built into the cache. */
export async function toolProgram(name: string, options: AssetOptions = {}): Promise<string> {
  const onPath = findProgram(name);
  if (onPath) return onPath;
  const tool = TOOLS[name];
  if (!tool) return join(await clusterPrograms([name], options), name);
  const folder = join(cacheFolder(), name, tool.version);
  const path = join(folder, name);
  if (isExecutable(path)) return path;
  requireWritable(folder);
  await withLock(
    `${folder}.lock`,
    async () => {
      if (!isExecutable(path)) await buildTool(name, path, buildOptions(options));
    },
    reportWaiting(options),
  );
  return path;
}

function buildOptions({ steps, progress, signal }: AssetOptions): BuildOptions {
  const shown =
    steps ?? (progress ? stepsAsText(progress) : openSteps(process.stderr, { quietMs: HEARTBEAT_MS }));
  return { steps: shown, signal };
}

/** Steps nested in a caller's step: a single line that changes. */
function stepsAsText(progress: (text: string) => void): Steps {
  return {
    run(name, work) {
      progress(name);
      return work((text) => progress(`${name} ${text}`));
    },
  };
}

function reportWaiting({ progress }: AssetOptions): (owner: number) => void {
  const report = progress ?? ((text: string) => process.stderr.write(`  … ${text}\n`));
  return (owner) => report(`waiting for process ${owner}, which is building the same programs`);
}

function requireWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const advice = 'set XDG_CACHE_HOME (or HOME) to a writable folder with some gigabytes of free space';
    throw new Error(`cannot write to the cache ${folder}: ${advice}`, { cause });
  }
}

function hasAll(folder: string, names: readonly string[]): boolean {
  return names.every((name) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // missing or not executable: either way it must be built
  }
}
