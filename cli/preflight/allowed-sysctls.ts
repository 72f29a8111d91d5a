import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Known } from './verdict.ts';

const TIMEOUT_MS = 5_000;
/** More nodes than this are not asked one by one: they are usually alike. */
const MOST_NODES = 200;
const AT_ONCE = 16;

interface Configz {
  readonly kubeletconfig?: { readonly allowedUnsafeSysctls?: readonly string[] | null };
}

/**
 * Asks the kubelets through the API server which unsafe sysctls they allow, as their configuration in effect
 * says it; the API itself does not show that. It takes the right to get nodes/proxy. Never rejects.
 */
export const allowedSysctls = async (
  transport: Transport,
  nodes: readonly KubeObject[],
): Promise<ReadonlyMap<string, Known<readonly string[]>>> => {
  const found = new Map<string, Known<readonly string[]>>();
  const waiting = nodes.slice(0, MOST_NODES).map(({ metadata }) => metadata.name);
  const worker = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      found.set(name, await ask(transport, name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
};

const ask = async (transport: Transport, node: string): Promise<Known<readonly string[]>> => {
  try {
    const path = `/api/v1/nodes/${node}/proxy/configz`;
    const answer = (await transport.request({ method: 'GET', path, timeoutMs: TIMEOUT_MS })) as Configz;
    const config = answer.kubeletconfig;
    return config === undefined
      ? { unknown: 'it did not answer' }
      : { value: config.allowedUnsafeSysctls ?? [] };
  } catch {
    return { unknown: 'it did not answer' }; // a missing right, or a node that is away: both leave it open
  }
};
