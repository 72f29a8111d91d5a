import { runChild } from '../process/child.ts';
import type { ImageBuilder } from './builder.ts';
import { networkArguments } from './secret.ts';

const REDIS_TAG = '7-alpine';
const REDIS = `docker.io/library/redis:${REDIS_TAG}`;

/** Version of the docker engine that responds, or undefined. A client without an engine does not count. */
export const dockerVersion = async (signal?: AbortSignal): Promise<string | undefined> => {
  const options = { signal: AbortSignal.any([AbortSignal.timeout(10_000), ...(signal ? [signal] : [])]) };
  try {
    return (
      (await runChild(['docker', 'version', '--format', '{{.Server.Version}}'], options)).trim() || undefined
    );
  } catch {
    // Not installed, no engine, no permission: in each case docker cannot be used.
    return undefined;
  }
};

/** Builds with a docker engine, on the base images that the Dockerfiles name. */
export const dockerBuilder = (root: string): ImageBuilder => ({
  name: 'docker',
  base: 'docker',
  async build(dockerfile, reference, tar, { signal, onLine }) {
    const network = await networkArguments(root, process.env);
    const argv = ['docker', 'build', '--progress=plain', '-f', dockerfile, '-t', reference, ...network, '.'];
    await runChild(argv as [string], { cwd: root, env: { DOCKER_BUILDKIT: '1' }, signal, onLine });
    await runChild(['docker', 'save', '-o', tar, reference], { signal, onLine });
  },
  async redisTag() {
    return REDIS_TAG;
  },
  async redis(reference, tar, { signal, onLine }) {
    await runChild(['docker', 'pull', REDIS], { signal, onLine });
    await runChild(['docker', 'tag', REDIS, reference], { signal });
    await runChild(['docker', 'save', '-o', tar, reference], { signal, onLine });
  },
});
