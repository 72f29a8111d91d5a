import type { Cluster } from '../../cluster/interface/cluster.ts';
import { installOperator, OPERATOR_NAMESPACE } from '../../scripts/run/install-operator.ts';
import { loadImages } from '../../scripts/run/load-images.ts';
import { toolProgram } from '../../tooling/assets/programs.ts';
import { type BuiltImage, buildImages } from '../../tooling/images/build-images.ts';
import { runChild } from '../../tooling/process/child.ts';

/** The name of the chart's release, and therefore of the operator's Deployment. */
export const OPERATOR_NAME = 'l4balancer-operator';

const options = { signal: new AbortController().signal, progress: () => undefined };

const pick = (images: readonly BuiltImage[], name: BuiltImage['name']): BuiltImage => {
  const found = images.find((image) => image.name === name);
  if (found === undefined) throw new Error(`The image "${name}" was not built`);
  return found;
};

/**
 * Installs this tree's operator from the chart, with this tree's images. If that is installed already, it
 * changes nothing.
 */
export const ensureOperator = async (cluster: Cluster): Promise<void> => {
  const images = await buildImages(options);
  await loadImages(cluster, images, options);
  await installOperator(
    cluster,
    { operator: pick(images, 'operator'), proxy: pick(images, 'proxy') },
    options,
  );
};

/** Uninstalls the chart and removes its namespace; the CRD and the resources stay. */
export const removeOperator = async (cluster: Cluster): Promise<void> => {
  const helm = await toolProgram('helm', options);
  const argv = ['uninstall', OPERATOR_NAME, '--namespace', OPERATOR_NAMESPACE, '--wait', '--timeout', '2m'];
  await runChild([helm, ...argv], { env: { KUBECONFIG: cluster.kubeconfig }, signal: options.signal });
  await cluster.kubectl(['delete', 'namespace', OPERATOR_NAMESPACE, '--timeout=90s']);
};

/** Scales the operator (0 stops it) and waits until that is done. */
export const scaleOperator = async ({ kubectl }: Cluster, replicas: 0 | 1): Promise<void> => {
  const inNamespace = ['-n', OPERATOR_NAMESPACE];
  const deployment = `deployment/${OPERATOR_NAME}`;
  await kubectl([...inNamespace, 'scale', deployment, `--replicas=${replicas}`]);
  const pods = ['pod', '-l', `app.kubernetes.io/name=${OPERATOR_NAME}`];
  if (replicas === 0) await kubectl([...inNamespace, 'wait', ...pods, '--for=delete', '--timeout=60s']);
  else await kubectl([...inNamespace, 'rollout', 'status', deployment, '--timeout=60s']);
};
