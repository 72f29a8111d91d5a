import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tooling/process/free-ports.ts';
import { type Program, type ProgramOptions, startProgram } from '../proxy/program.ts';
import { listeningDescriptors } from '../proxy/tcp-sockets.ts';

export const PROGRAMS = ['proxy', 'operator'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

const folder = mkdtempSync(join(tmpdir(), 'l4b-program-'));
after(() => rmSync(folder, { recursive: true }));

let manifests = 0;
const manifest = async (): Promise<string> => {
  manifests += 1;
  const path = join(folder, `${manifests}.yaml`);
  writeFileSync(
    path,
    `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners: [{name: web, port: ${await freePort()}, backend: web}]
  backends: [{name: web, endpoints: [{address: 127.0.0.1, port: 9}]}]
  accessLog: {mode: All}
`,
  );
  return path;
};

/** Kubeconfig of an API server that does not exist: the operator starts and keeps retrying. */
const kubeconfig = (user: object): string => {
  const path = join(folder, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }],
    users: [{ name: 'a', user }],
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
};

const argumentsOf = async (name: ProgramName, user: object): Promise<readonly string[]> =>
  name === 'proxy'
    ? ['--config', await manifest(), '--admin', '127.0.0.1:0', '--acceptors', '2']
    : [
        '--proxy-image=a:1',
        `--kubeconfig=${kubeconfig(user)}`,
        '--leader-elect=false',
        '--health-address=127.0.0.1:0',
        '--metrics-address=127.0.0.1:0',
        '--page-address=127.0.0.1:0',
      ];

/** Of a user that a program logs in: kubeconfigs with one are left to client-node. */
export const PLUGIN_USER = {
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never' },
};

interface Options extends ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** How the operator's kubeconfig logs in. */
  readonly user?: object;
}

/** Starts either program as a process, with a configuration. */
export const startEither = async (
  name: ProgramName,
  { env, user = { token: 'none' }, ...options }: Options = {},
): Promise<Program> =>
  startProgram(await argumentsOf(name, user), env, { entry: `bin/l4balancer-${name}.js`, ...options });

/** Resolves with the port of the health pages once they are served. */
export const untilServing = async (name: ProgramName, program: Program): Promise<number> => {
  const says = name === 'proxy' ? 'admin endpoint listens' : 'serving health and metrics';
  const line = await program.line(({ msg }) => msg === says);
  return Number(line.port ?? line.health);
};

/**
 * Number of ports that each program listens on: the proxy's listener and admin endpoint, the operator's
 * health, metrics and page.
 */
const OWN_PORTS: Readonly<Record<ProgramName, number>> = { proxy: 2, operator: 3 };

/**
 * Number of consecutive checks with exactly these ports: a debugger that Node was already opening may open
 * again before it is closed.
 */
const STABLE_CHECKS = 20;
const MAX_CHECKS = 2_000;

/** Waits until the ports of the program are open, and no other one is. */
export const untilOnlyOwnPorts = async (
  name: ProgramName,
  { child, stderr, stdout }: Program,
): Promise<void> => {
  let ports: ReadonlySet<number> = new Set();
  for (let checks = 0, stable = 0; stable < STABLE_CHECKS; checks += 1) {
    ports = new Set(listeningDescriptors(child.pid ?? assert.fail('not started')).values());
    stable = ports.size === OWN_PORTS[name] ? stable + 1 : 0;
    assert.ok(checks < MAX_CHECKS, `listens on ${[...ports]}:\n${stdout()}\n${stderr()}`);
    await sleep(10);
  }
};

/** Whether a process has a handler for a signal. */
export const catches = (pid: number, signal: NodeJS.Signals): boolean => {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
};
