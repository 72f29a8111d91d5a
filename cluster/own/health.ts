import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isApiServerReady } from '../access/api-server-ready.ts';
import { runKubectl } from '../access/kubectl.ts';
import { daemons } from './daemon.ts';
import { apiUrl, keyPath } from './keys.ts';
import { NODES, type Plan } from './plan.ts';
import type { State } from './state.ts';

export function isApiReady(plan: Plan, state: State): Promise<boolean> {
  return isApiServerReady(apiUrl(state.subnet), readFileSync(keyPath(plan, 'ca.crt'), 'utf8'));
}

/** Whether both nodes are Ready now. */
export async function nodesReady(plan: Plan, state: State): Promise<boolean> {
  const path = '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
  const output = await kubectlOutput(plan, state, ['get', 'nodes', '-o', `jsonpath=${path}`]);
  return NODES.every((node) => output.split(' ').includes(`${node.host}=True`));
}

/** Whether pods can be created in the namespace "default". */
export async function serviceAccountReady(plan: Plan, state: State): Promise<boolean> {
  return (await kubectlOutput(plan, state, ['get', 'serviceaccounts', '-o', 'name'])).includes(
    'serviceaccount/default',
  );
}

/** Whether a cluster is complete: all daemons run, the API server responds, both nodes are ready. */
export async function isHealthy(plan: Plan, state: State): Promise<boolean> {
  if (!state.complete || daemons(plan).some((daemon) => !daemon.running)) return false;
  return (await isApiReady(plan, state)) && (await nodesReady(plan, state));
}

async function kubectlOutput(plan: Plan, state: State, args: readonly string[]): Promise<string> {
  try {
    return await runKubectl(join(state.binaries, 'kubectl'), keyPath(plan, 'admin.kubeconfig'), args);
  } catch {
    return ''; // not ready yet; the caller shows the logs after its time limit
  }
}
