import { resolve } from 'node:path';
import type { ListenAddress } from '../../program/listen-address.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { SourceSettings } from '../settings/settings.ts';
import { followManifest, loadManifest, type ReadManifest } from './manifest-file.ts';
import type { Source, SourceEvents } from './source.ts';
import { snapshotOfManifest } from './standalone.ts';

/** A source that is ready to be followed. */
export interface OpenedSource {
  /** Name of the file or resource, for people. */
  readonly from: string;
  /** Whether the proxy runs in a pod, which the cluster sizes, and which it takes a moment to stop using. */
  readonly inCluster: boolean;
  /** The snapshot of a manifest file at the start; undefined if the source has to be fetched first. */
  readonly first: Snapshot | undefined;
  follow(events: SourceEvents): Source;
}

/**
 * Opens the source that the settings specify. Throws ProxyError if it can never work: an invalid manifest, no
 * credentials.
 */
export const openSource = async (settings: SourceSettings, admin: ListenAddress): Promise<OpenedSource> => {
  if (settings.kind === 'File') {
    const readManifest: ReadManifest = (text, revision) => snapshotOfManifest(text, revision, admin);
    const first = loadManifest(settings.path, readManifest);
    // The working directory may be replaced while the file is followed.
    const path = resolve(settings.path);
    return {
      from: `file ${settings.path}`,
      inCluster: false,
      first,
      follow: (events) => followManifest(path, first, readManifest, events),
    };
  }
  const { namespace, name, pod, location, kubeconfig, context } = settings;
  // Loaded only for a cluster: it uses memory that a standalone proxy does not need.
  const [{ connect }, { followKubernetes }] = await Promise.all([
    import('../../kube/connect.ts'),
    import('./kubernetes.ts'),
  ]);
  let transport: Awaited<ReturnType<typeof connect>>;
  try {
    transport = await connect({ kubeconfig, context, userAgent: 'l4balancer-proxy' });
  } catch (error) {
    throw new ProxyError('KubeconfigInvalid', (error as Error).message, { cause: error });
  }
  return {
    from: `L4Balancer ${namespace}/${name}`,
    inCluster: true,
    first: undefined,
    follow(events) {
      const source = followKubernetes({
        ...events,
        transport,
        namespace,
        name,
        ...(pod === undefined ? {} : { pod }),
        ...(location === undefined ? {} : { location }),
        after: (ms, run) => setTimeout(run, ms),
      });
      return {
        stop() {
          source.stop();
          void transport.close();
        },
      };
    },
  };
};
