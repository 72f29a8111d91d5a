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
  /** The URL of the health server, such as `http://127.0.0.1:20123`. */
  readonly url: () => string;
  /** Resolves with the first line that has this message, even if it has already been logged. */
  line(msg: string): Promise<LogLine>;
  /** Host and port of the page of all balancers, and of the metrics. */
  readonly address: (of: 'page' | 'metrics') => string;
  metric(name: string): Promise<number>;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export const IMAGE = 'registry.test/l4balancer-proxy:1.0';

/** Flags of every operator in a test. */
export const BASIC = [
  `--proxy-image=${IMAGE}`,
  '--health-address=127.0.0.1:0',
  '--metrics-address=127.0.0.1:0',
  '--page-address=127.0.0.1:0',
];
const WITHOUT_LEASE = [...BASIC, '--leader-elect=false'];

/**
 * Starts an operator with the flags `usual` and `args`, and with `env` added to this process's environment.
 */
export const startOperator = (
  kubeconfig: string,
  args: readonly string[] = [],
  usual: readonly string[] = WITHOUT_LEASE,
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
    for (const check of waiting) check();
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;

  const line = (msg: string): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = log.find((one) => one.msg === msg);
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
      void exited.then(() => reject(new Error(`the operator exited before it logged "${msg}": ${stderr}`)));
    });
  const port = (name: 'health' | 'metrics' | 'page') =>
    log.find(({ msg }) => msg === 'serving health and metrics')?.[name];

  return {
    child,
    log,
    stderr: () => stderr,
    address: (of) => `127.0.0.1:${port(of)}`,
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
