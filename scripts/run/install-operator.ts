import { join } from 'node:path';
import type { Cluster } from '../../cluster/interface/cluster.ts';
import { toolProgram } from '../../tooling/assets/programs.ts';
import type { BuiltImage } from '../../tooling/images/build-images.ts';
import { ChildError, runChild } from '../../tooling/process/child.ts';
import { cacheFolder, REPOSITORY } from '../../tooling/process/folders.ts';

export const OPERATOR_NAMESPACE = 'l4balancer-system';
const RELEASE = 'l4balancer-operator';
const CHART = join(REPOSITORY, 'charts', 'l4balancer-operator');

/** Helm values for one image: `localhost/name:tag` split into repository and tag. */
const imageValues = (key: string, { reference }: BuiltImage): readonly string[] => {
  const colon = reference.lastIndexOf(':');
  return [
    '--set-string',
    `${key}.repository=${reference.slice(0, colon)},${key}.tag=${reference.slice(colon + 1)}`,
  ];
};

/** The state and the last log lines of the operator's pods, for the error message. */
const operatorDiagnostics = async ({ kubectl }: Cluster): Promise<readonly string[]> => {
  const output = async (argv: readonly string[]): Promise<readonly string[]> => {
    try {
      return (await kubectl(['-n', OPERATOR_NAMESPACE, ...argv])).stdout.trim().split('\n');
    } catch (error) {
      return error instanceof ChildError ? error.lastLines : [String(error)];
    }
  };
  return [
    ...(await output(['get', 'pods'])),
    ...(await output(['logs', `deployment/${RELEASE}`, '--tail=10'])),
  ];
};

/** Installs or upgrades the chart with these images and waits until the operator is ready. */
export const installOperator = async (
  cluster: Cluster,
  images: { readonly operator: BuiltImage; readonly proxy: BuiltImage },
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<void> => {
  const helm = await toolProgram('helm', { signal, progress });
  progress('helm upgrade --install, waiting for the operator to be ready');
  const argv = [
    'upgrade',
    '--install',
    RELEASE,
    CHART,
    '--namespace',
    OPERATOR_NAMESPACE,
    '--create-namespace',
  ];
  const values = [...imageValues('image', images.operator), ...imageValues('proxyImage', images.proxy)];
  // Keeps the user's own helm settings and clusters out of this.
  const home = join(cacheFolder(), 'helm-home');
  const env = {
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: cluster.kubeconfig,
  };
  try {
    await runChild([helm, ...argv, ...values, '--wait', '--timeout', '2m'], { env, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new ChildError(
      'ChildFailed',
      'helm failed to install the operator',
      await operatorDiagnostics(cluster),
      cause,
    );
  }
};
