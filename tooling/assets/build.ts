import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Steps } from '../terminal/steps.ts';
import { buildOf, KUBERNETES_VERSION, TOOLS } from './catalogue.ts';
import { findGo, runGo } from './go.ts';
import { writeEtcdModule, writeKubernetesModule } from './modules.ts';

const LINKER_FLAGS = `-s -w -X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`;

export interface BuildOptions {
  readonly steps: Steps;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds cluster programs into `folder`, one step each. A program appears there complete or not at all.
 * Throws with Go's last lines of output, or with what is missing.
 */
export async function buildPrograms(
  names: readonly string[],
  folder: string,
  options: BuildOptions,
): Promise<void> {
  const { steps, signal } = options;
  const go = await findGo(names.join(', '));
  await inWorkFolder(folder, async (work) => {
    const modules = [...new Set(names.map((name) => buildOf(name).module))];
    await steps.run('sources of Kubernetes and etcd', async () => {
      for (const module of modules) {
        const write = module === 'etcd' ? writeEtcdModule : writeKubernetesModule;
        await write(go, join(work, 'modules', module), signal);
      }
    });
    for (const name of names) {
      const build = buildOf(name);
      await steps.run(name, async (progress) => {
        const output = join(work, 'programs', name);
        await compile(go, join(work, 'modules', build.module), build.package, output, { progress, signal });
        await rename(output, join(folder, name));
      });
    }
  });
}

/** Builds one of {@link TOOLS} as `path`. */
export async function buildTool(name: string, path: string, options: BuildOptions): Promise<void> {
  const tool = TOOLS[name];
  if (!tool) throw new Error(`unknown tool ${name}: expected ${Object.keys(TOOLS).join(', ')}`);
  const go = await findGo(name);
  await inWorkFolder(dirname(path), (work) =>
    options.steps.run(`${name} ${tool.version}`, async (progress) => {
      const onLine = countPackages(progress);
      const env = { GOBIN: work, GOFLAGS: '' };
      const install = ['install', '-v', '-ldflags', '-s -w', `${tool.package}@${tool.version}`];
      await runGo(go, install, work, { env, onLine, ...(options.signal ? { signal: options.signal } : {}) });
      await rename(join(work, name), path);
    }),
  );
}

interface Compile {
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

async function compile(
  go: string,
  module: string,
  target: string,
  output: string,
  { progress, signal }: Compile,
): Promise<void> {
  const more = { env: { GOFLAGS: '-mod=mod' }, ...(signal ? { signal } : {}) };
  const flags = ['-buildvcs=false', '-ldflags', LINKER_FLAGS];
  progress('listing the packages to compile');
  const stale = await runGo(
    go,
    ['list', '-deps', '-f', '{{if .Stale}}x{{end}}', ...flags, target],
    module,
    more,
  );
  const packages = stale.split('\n').filter((line) => line === 'x').length;
  await runGo(go, ['build', '-v', ...flags, '-o', output, target], module, {
    ...more,
    onLine: countPackages(progress, packages),
  });
  await chmod(output, 0o755);
}

/** Go writes one line per compiled package; the last of the `expected` ones is the program itself. */
function countPackages(progress: (text: string) => void, expected?: number): (line: string) => void {
  let done = 0;
  const once = '(once; cached afterwards)';
  return (line) => {
    if (!/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) return;
    done++;
    const share = expected ? `${Math.min(99, Math.floor((done / expected) * 100))} %` : `${done} packages`;
    progress(`${share}  ${once}`);
  };
}

async function inWorkFolder(parent: string, work: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, '.build-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
