import { runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';

const POD_RANGE = '10.244.0.0/16';
const SERVICE_RANGE = '10.96.0.0/16';

/** Name of the container in which the clients of a kind cluster run. */
export const clientContainer = (cluster: string): string => `${cluster}-client`;

/**
 * A container in kind's network with routes to Services and pods through the first worker. It runs the nodes'
 * image, which is already present and has `ip`; the checkout is mounted at its own path, for load generators.
 */
export async function startClient(cluster: string, signal?: AbortSignal): Promise<void> {
  const more = signal ? { signal } : {};
  const worker = `${cluster}-worker`;
  const image = (await runChild(['docker', 'inspect', '--format', '{{.Config.Image}}', worker], more)).trim();
  const run = [
    'run',
    '--detach',
    '--name',
    clientContainer(cluster),
    '--network',
    'kind',
    '--cap-add',
    'NET_ADMIN',
  ];
  const files = ['-v', `${REPOSITORY}:${REPOSITORY}:ro`, '-w', REPOSITORY];
  await runChild(['docker', ...run, ...files, '--entrypoint', 'sleep', image, 'infinity'], more);
  const address = await addressOf(worker, signal);
  for (const range of [POD_RANGE, SERVICE_RANGE]) {
    const route = ['ip', 'route', 'add', range, 'via', address];
    await runChild(['docker', 'exec', clientContainer(cluster), ...route], more);
  }
}

/** IPv4 address of a container in kind's network. */
export async function addressOf(container: string, signal?: AbortSignal): Promise<string> {
  const format = '{{(index .NetworkSettings.Networks "kind").IPAddress}}';
  const more = signal ? { signal } : {};
  return (await runChild(['docker', 'inspect', '--format', format, container], more)).trim();
}

/** Removes the client container if it exists. */
export async function removeClient(cluster: string): Promise<void> {
  await runChild(['docker', 'rm', '--force', clientContainer(cluster)]);
}
