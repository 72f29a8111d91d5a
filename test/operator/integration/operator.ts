import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithThis } from '../../end-with-this.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** The operator as a process, as in a pod. */
export interface OperatorProcess {
  readonly child: ChildProcess;
  readonly log: readonly LogLine[];
  readonly stderr: () => string;
  /** Of the health and metrics server: `http://127.0.0.1:20123`. */
  readonly url: () => string;
  /** Resolves with the first line of that message, also one that has come already. */
  line(msg: string): Promise<LogLine>;
  metric(name: string): Promise<number>;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export const IMAGE = 'registry.test/l4balancer-proxy:1.0';

/** What every operator of a test is told. */
export const BASIC = [
  `--proxy-image=${IMAGE}`,
  '--health-address=127.0.0.1:0',
  '--metrics-address=127.0.0.1:0',
];
const ALONE = [...BASIC, '--leader-elect=false'];

/** Starts one; `args` come with those of `usual`, `env` with this process's environment. */
export const startOperator = (
  kubeconfig: string,
  args: readonly string[] = [],
  usual: readonly string[] = ALONE,
  env: Readonly<Record<string, string>> = {},
): OperatorProcess => {
  const flags = [`--kubeconfig=${kubeconfig}`, ...usual, ...args];
  const child = spawn(process.execPath, [MAIN, ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithThis(child);
  const log: LogLine[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  let rest = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) log.push(JSON.parse(text));
    for (const look of waiting) look();
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;

  const line = (msg: string): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = log.find((one) => one.msg === msg);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void exited.then(() => reject(new Error(`the operator ended before it said "${msg}": ${stderr}`)));
    });
  const port = (name: 'health' | 'metrics') =>
    log.find(({ msg }) => msg === 'serving health and metrics')?.[name];

  return {
    child,
    log,
    stderr: () => stderr,
    url: () => `http://127.0.0.1:${port('health')}`,
    line,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${port('metrics')}/metrics`)).text();
      return text
        .split('\n')
        .filter((row) => row.startsWith(name))
        .reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
};
