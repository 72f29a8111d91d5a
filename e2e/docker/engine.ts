import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { dockerVersion } from '../../tooling/images/docker.ts';
import { runChild } from '../../tooling/process/child.ts';
import { findProgram, lookForProgram } from '../../tooling/process/find-program.ts';
import { startService } from '../../tooling/process/service.ts';

/** A docker engine for one test file. */
export interface DockerEngine {
  /** Whether it is this test's alone, in a network of its own: its host's sysctls may be changed then. */
  readonly isOwn: boolean;
  /** Runs a program where the engine's published ports are on 127.0.0.1; resolves with its standard output. */
  run(argv: readonly [string, ...string[]], input?: string): Promise<string>;
  /** Removes what the test made; an engine of its own ends with it, whatever still runs. */
  stop(): Promise<void>;
}

const STARTED_WITHIN_MS = 60_000;
const READY = ['docker', 'version', '--format', '{{.Server.Version}}'] as const;

/** Why no docker engine can be had; nothing where one answers or can be started. */
const impossibleBecause = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'starting one takes root: start docker, or run the tests with sudo';
  const missing = ['dockerd', 'docker', 'ip', 'nsenter', 'unshare'].filter((name) => !lookForProgram(name));
  if (missing.length === 0) return undefined;
  return `missing: ${missing.join(', ')}. On Debian: apt-get install docker.io iproute2 util-linux`;
};

/** Process id, as seen from here, of the engine that listens on `socket`. */
const engineOn = (socket: string): string | undefined =>
  readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${socket}\0`);
    } catch {
      return false; // ended meanwhile
    }
  });

/** Containers that are killed with their engine leave their empty control groups behind. */
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
 * An engine in namespaces of its own: its network has no way out and nothing in common with the machine's, and all of its
 * processes and mounts end with the first one, however that ends.
 */
const startOwn = async (): Promise<DockerEngine> => {
  const problem = impossibleBecause();
  if (problem) throw new Error(`No docker engine answers, and ${problem}`);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'l4b-docker-')));
  const name = basename(folder);
  const socket = `unix://${folder}/docker.sock`;
  for (const part of ['data', 'exec']) mkdirSync(join(folder, part));
  const dockerd = [
    `exec ${findProgram('dockerd')} --host ${socket} --data-root ${folder}/data --exec-root ${folder}/exec`,
    `--pidfile ${folder}/pid --cgroup-parent /${name}`,
  ].join(' ');
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  const service = startService(
    'dockerd',
    ['unshare', ...namespaces, 'sh', '-c', `ip link set lo up && ${dockerd}`],
    // Containers of a test that failed may ignore being asked.
    { graceMs: 15_000 },
  );
  const env = { DOCKER_HOST: socket };
  const stop = async (): Promise<void> => {
    await service.stop();
    removeControlGroups(name);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const answers = (): Promise<boolean> =>
      runChild([...READY], { env }).then(
        () => true,
        () => false,
      );
    await service.until('answering', answers, STARTED_WITHIN_MS);
    const pid = engineOn(socket);
    if (pid === undefined) throw new Error('dockerd answers, but its process cannot be found');
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

/** The engine that answers on this machine, or one of the test's own. Throws with what to do where neither can be had. */
export const openDockerEngine = async (): Promise<DockerEngine> => {
  if ((await dockerVersion()) === undefined) return await startOwn();
  return {
    isOwn: false,
    run: (argv, input) => runChild(argv, input === undefined ? {} : { input }),
    stop: async () => undefined,
  };
};
