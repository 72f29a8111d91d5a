import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { type FlakyProxy, startFlakyProxy } from './flaky-proxy.ts';

/**
 * A flaky proxy in front of a control plane's API server, and a copy of the given kubeconfig (by default that
 * with all permissions) that goes through it.
 */
export async function startProxyTo(
  controlPlane: ControlPlane,
  login: string = controlPlane.kubeconfig,
): Promise<{ readonly proxy: FlakyProxy; readonly kubeconfig: string }> {
  const proxy = await startFlakyProxy(Number(new URL(controlPlane.url).port));
  const kubeconfig = join(controlPlane.folder, `via-${proxy.port}.kubeconfig`);
  const text = readFileSync(login, 'utf8');
  writeFileSync(kubeconfig, text.replaceAll(controlPlane.url, `https://127.0.0.1:${proxy.port}`));
  return { proxy, kubeconfig };
}
