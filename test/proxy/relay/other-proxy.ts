import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from '../../../tooling/process/find-program.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';

/** A program that runs beside the proxy in a test. */
export interface OtherProgram {
  output(): string;
  stop(): Promise<void>;
}

const accepts = async (port: number): Promise<boolean> => {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // nobody listens yet
  } finally {
    socket.destroy();
  }
};

/** Starts a program and waits until it accepts connections on `port`. */
export const startProgram = async (
  argv: readonly [string, ...string[]],
  port: number,
  cleanUp: () => Promise<void> = async () => undefined,
): Promise<OtherProgram> => {
  const [name, ...rest] = argv;
  const child: ChildProcess = spawn(requireProgram(name), rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  endWithThis(child);
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      output += data.toString();
    });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await cleanUp();
  };
  const up = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${output}`);
    return accepts(port);
  };
  try {
    await until(`${name} accepts connections`, up, { seen: () => output });
  } catch (error) {
    await stop();
    throw error;
  }
  return { output: () => output, stop };
};

const withConfiguration = async (
  text: string,
  port: number,
  argv: (file: string, folder: string) => readonly [string, ...string[]],
): Promise<OtherProgram> => {
  const folder = await mkdtemp(join(tmpdir(), 'l4b-other-'));
  const file = join(folder, 'configuration');
  await writeFile(file, text.replaceAll('FOLDER', folder));
  return startProgram(argv(file, folder), port, () => rm(folder, { recursive: true, force: true }));
};

/** Starts HAProxy with these sections; `port` is one that it listens on. */
export const startHaproxy = (sections: string, port: number): Promise<OtherProgram> =>
  withConfiguration(
    `defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n${sections}`,
    port,
    (file) => ['haproxy', '-db', '-f', file],
  );

/**
 * Starts nginx with these blocks, `port` being one that it listens on. With `workers`, it has as many worker
 * processes, room for many connections, and keeps what is not critical to itself.
 */
export const startNginx = (
  blocks: string,
  port: number,
  { workers = 0 }: { readonly workers?: number } = {},
): Promise<OtherProgram> =>
  withConfiguration(
    [
      'load_module /usr/lib/nginx/modules/ngx_stream_module.so;',
      'daemon off;\npid FOLDER/pid;',
      workers === 0
        ? 'master_process off;\nerror_log stderr;\nevents {}'
        : `worker_processes ${workers};\nerror_log stderr crit;\nevents { worker_connections 20000; }`,
      blocks,
    ].join('\n'),
    port,
    (file, folder) => ['nginx', '-p', folder, '-c', file],
  );
