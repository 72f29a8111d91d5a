import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { runChild } from '../../tooling/process/child.ts';
import { findProgram, requireProgram } from '../../tooling/process/find-program.ts';
import { startService } from '../../tooling/process/service.ts';

/** A docker engine for one test file. */
export interface DockerEngine {
  /**
   * Whether it belongs to this test alone, with a network of its own, so that its host's sysctls may be
   * changed.
   */
  readonly isOwn: boolean;
  /**
   * Runs a program where the engine's published ports are on 127.0.0.1; resolves with its standard output.
   */
  run(argv: readonly [string, ...string[]], input?: string): Promise<string>;
  /** Removes what the test created; the test's own engine is stopped with everything in it. */
  stop(): Promise<void>;
}

const STARTED_WITHIN_MS = 60_000;
const READY = ['docker', 'version', '--format', '{{.Server.Version}}'] as const;

/** Why no docker engine can be started; undefined if one can. */
const whyImpossible = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'starting one needs root: start docker, or run the tests with sudo';
  const missing = ['dockerd', 'docker', 'ip', 'nsenter', 'unshare'].filter((name) => !findProgram(name));
  if (missing.length === 0) return undefined;
  return `missing: ${missing.join(', ')}. On Debian: apt-get install docker.io iproute2 util-linux`;
};

/** The process id, as seen from here, of the engine that listens on `socket`. */
const engineOn = (socket: string): string | undefined =>
  readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${socket}\0`);
    } catch {
      return false; // ended meanwhile
    }
  });

/** Containers that are killed with their engine leave empty cgroups behind. */
const removeControlGroups = (parent: string): void => {
  for (const hierarchy of ['.', ...readdirSync('/sys/fs/cgroup')]) {
    const folder = join('/sys/fs/cgroup', hierarchy, parent);
    try {
      for (const one of readdirSync(folder, { withFileTypes: true }))
        if (one.isDirectory()) rmdirSync(join(folder, one.name));
      rmdirSync(folder);
    } catch (cause) {
      if (!['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    }
  }
};

/**
 * Starts an engine in namespaces of its own: its network is isolated from the machine's and has no way out,
 * and all its processes and mounts end with the first process, however that ends.
 */
const startOwn = async (): Promise<DockerEngine> => {
  const problem = whyImpossible();
  if (problem) throw new Error(`No docker engine responds, and ${problem}`);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'l4b-docker-')));
  const name = basename(folder);
  const socket = `unix://${folder}/docker.sock`;
  for (const part of ['data', 'exec']) mkdirSync(join(folder, part));
  const dockerd = [
    `exec ${requireProgram('dockerd')} --host ${socket} --data-root ${folder}/data --exec-root ${folder}/exec`,
    `--pidfile ${folder}/pid --cgroup-parent /${name}`,
  ].join(' ');
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  const service = startService(
    'dockerd',
    ['unshare', ...namespaces, 'sh', '-c', `ip link set lo up && ${dockerd}`],
    // Containers of a failed test may ignore SIGTERM.
    { graceMs: 15_000 },
  );
  const env = { DOCKER_HOST: socket };
  const stop = async (): Promise<void> => {
    await service.stop();
    removeControlGroups(name);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const responds = (): Promise<boolean> =>
      runChild([...READY], { env }).then(
        () => true,
        () => false,
      );
    await service.until('responding', responds, STARTED_WITHIN_MS);
    const pid = engineOn(socket);
    if (pid === undefined) throw new Error('dockerd responds, but its process cannot be found');
    const enter = ['nsenter', `--net=/proc/${pid}/ns/net`, '--'] as const;
    return {
      isOwn: true,
      run: (argv, input) => runChild([...enter, ...argv], { env, ...(input === undefined ? {} : { input }) }),
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
};

/**
 * The engine that responds on this machine, or one of the test's own. Throws with what to do if neither is
 * possible.
 */
export const openDockerEngine = async (): Promise<DockerEngine> => {
  if ((await dockerVersion()) === undefined) return await startOwn();
  return {
    isOwn: false,
    run: (argv, input) => runChild(argv, input === undefined ? {} : { input }),
    stop: async () => undefined,
  };
};
