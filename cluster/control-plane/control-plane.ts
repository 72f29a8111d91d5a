import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../kube/connect.ts';
import { collectionPath, objectPath } from '../../kube/paths.ts';
import { clusterPrograms } from '../../tooling/assets/programs.ts';
import { freePort } from '../../tooling/process/free-ports.ts';
import { endChild, type Leash, openLeash } from '../../tooling/process/leash.ts';
import { untilUp } from '../../tooling/process/until-up.ts';
import { until } from '../../tooling/wait/until.ts';
import { isApiServerReady } from '../access/api-server-ready.ts';
import { type Authority, createAuthority, createSigningKeys } from '../access/certificates.ts';
import { renderKubeconfig } from '../access/kubeconfig.ts';
import { runKubectl } from '../access/kubectl.ts';
import { AuditLog } from './audit-log.ts';
import { AUDIT_POLICY, apiServerArgs, controllerManagerArgs, etcdArgs } from './control-plane-args.ts';

export interface ControlPlaneOptions {
  /** Also starts kube-controller-manager: garbage collection, Deployments and their pods, ServiceAccounts. */
  readonly controllerManager?: boolean;
  /** Logs every request (metadata only) to a file before responding. */
  readonly auditLog?: boolean;
  /** Additional arguments; if a flag is repeated, the last one wins. */
  readonly etcdArgs?: readonly string[];
  readonly apiServerArgs?: readonly string[];
  readonly controllerManagerArgs?: readonly string[];
}

/**
 * A real etcd and kube-apiserver (RBAC) on loopback, for one test file; it ends with the process that started
 * it.
 */
export interface ControlPlane {
  /** Path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** For example `https://127.0.0.1:20123`; it never changes. */
  readonly url: string;
  /** Path of the kubectl program. */
  readonly kubectl: string;
  /** Present only if requested. */
  readonly auditLog?: AuditLog;
  /** Holds all files, including logs, until `stop`. */
  readonly folder: string;
  /** Path of a kubeconfig with a client certificate that has only the rights that RBAC bindings grant. */
  userKubeconfig(name: string, groups?: readonly string[]): string;
  /** Runs kubectl with all rights; resolves with its standard output, or throws with its error output. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Creates a namespace and, with a controller manager, waits until pods can be created in it. */
  createNamespace(name: string): Promise<void>;
  /** SIGKILL: connections break as they do in a crash. */
  killApiServer(): Promise<void>;
  /** Restarts it on the same port with the same data; resolves when it is ready. */
  startApiServer(): Promise<void>;
  /**
   * Kills and starts kube-controller-manager, which must have been requested. Its controllers try again at
   * once what they had put off, up to 1,000 s, for their failures.
   */
  restartControllerManager(): Promise<void>;
  /** Stops everything and removes all files. */
  stop(): Promise<void>;
}

const START_TRIES = 3;
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount' } as const;

/**
 * Starts a control plane; several can run at the same time. Throws with the last log lines of the failed
 * program.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const names = ['etcd', 'kube-apiserver', 'kubectl'];
  if (options.controllerManager) names.push('kube-controller-manager');
  const binaries = await clusterPrograms(names);
  for (let tried = 1; ; tried++) {
    const leash = openLeash(mkdtempSync(join(tmpdir(), 'l4b-control-plane-')));
    try {
      return await startOnce(binaries, leash, options);
    } catch (cause) {
      await leash.release(0);
      // Retry only if another process took a port between the check and the listen.
      const portTaken = String(cause).includes('address already in use');
      if (!portTaken || tried === START_TRIES) throw cause;
    }
  }
}

async function startOnce(
  binaries: string,
  leash: Leash,
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const { folder } = leash;
  const ports = { api: await freePort(), etcd: await freePort(), peer: await freePort() };
  const url = `https://127.0.0.1:${ports.api}`;
  const authority = createAuthority('l4balancer-test');
  writeKeys(folder, authority);
  const withManager = options.controllerManager === true;

  const userKubeconfig = (user: string, groups: readonly string[] = []) => {
    const identity = authority.issue({ commonName: user, organizations: groups });
    const path = join(folder, `${user.replaceAll(/[^\w.-]/g, '_')}.kubeconfig`);
    const content = renderKubeconfig({ url, authority: authority.certificate, user, identity });
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const kubeconfig = userKubeconfig('admin', ['system:masters']);
  const kubectl = join(binaries, 'kubectl');
  const run = (args: readonly string[], input?: string) => runKubectl(kubectl, kubeconfig, args, input);
  const start = (name: string, args: readonly string[], more: readonly string[] = []) =>
    leash.start(name, join(binaries, name), [...args, ...more]);

  const auditLog = options.auditLog ? join(folder, 'audit.log') : undefined;
  writeFileSync(join(folder, 'audit-policy.json'), JSON.stringify(AUDIT_POLICY));
  const etcd = start('etcd', etcdArgs(folder, ports), options.etcdArgs);

  let apiServer: ChildProcess | undefined;
  const startApiServer = async () => {
    if (apiServer) throw new Error('the API server is already running: kill it before starting it again');
    const args = apiServerArgs(folder, ports, { serviceAccounts: withManager, auditLog });
    apiServer = start('kube-apiserver', args, options.apiServerArgs);
    const processes = { etcd, 'kube-apiserver': apiServer };
    await untilUp(folder, processes, () => isApiServerReady(url, authority.certificate));
  };
  await startApiServer();

  const client = await connect({ kubeconfig });
  const hasServiceAccount = (namespace: string) =>
    client.request({ method: 'GET', path: objectPath({ ...ACCOUNT, namespace, name: 'default' }) }).then(
      () => true,
      () => false,
    );
  let manager: ChildProcess | undefined;
  const startManager = async () => {
    const args = controllerManagerArgs(folder, userKubeconfig('system:kube-controller-manager'));
    manager = start('kube-controller-manager', args, options.controllerManagerArgs);
    await untilUp(folder, { 'kube-controller-manager': manager }, () => hasServiceAccount('default'));
  };
  if (withManager) await startManager();

  return {
    kubeconfig,
    url,
    kubectl,
    folder,
    ...(auditLog === undefined ? {} : { auditLog: new AuditLog(auditLog) }),
    userKubeconfig,
    run,
    async createNamespace(name) {
      await client.request({
        method: 'POST',
        path: collectionPath(NAMESPACE),
        body: { ...NAMESPACE, metadata: { name } },
      });
      if (!withManager) return;
      await until(`the ServiceAccount "default" of namespace ${name}`, () => hasServiceAccount(name));
    },
    async killApiServer() {
      const child = apiServer;
      apiServer = undefined;
      if (child) await endChild(child, 0);
    },
    startApiServer,
    async restartControllerManager() {
      if (manager === undefined) throw new Error('there is no controller manager: request it at the start');
      await endChild(manager, 0);
      await startManager();
    },
    // SIGKILL for all: no data here is worth saving, and a graceful shutdown of the API server waits for its
    // watches.
    async stop() {
      await client.close();
      await leash.release(0);
    },
  };
}

function writeKeys(folder: string, authority: Authority): void {
  const altNames = ['127.0.0.1', 'localhost', 'kubernetes.default.svc'];
  const server = authority.issue({ commonName: 'kube-apiserver', altNames });
  const tokens = createSigningKeys();
  const files = {
    'ca.crt': authority.certificate,
    'apiserver.crt': server.certificate,
    'apiserver.key': server.key,
    'tokens.pub': tokens.publicKey,
    'tokens.key': tokens.privateKey,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
}
