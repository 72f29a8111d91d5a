import type { ListenAddress } from '../../program/listen-address.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { SourceSettings } from '../settings/settings.ts';
import { followManifest, loadManifest } from './manifest-file.ts';
import type { Source, SourceEvents } from './source.ts';

/** A source that is ready to be followed. */
export interface OpenedSource {
  /** Words for people: the file, or the resource. */
  readonly from: string;
  /** What a manifest file says at the start; undefined where it has to be fetched first. */
  readonly first: Snapshot | undefined;
  follow(events: SourceEvents): Source;
}

/** Opens what the settings name. Throws ProxyError where it can never work: a bad manifest, no credentials. */
export const openSource = async (settings: SourceSettings, admin: ListenAddress): Promise<OpenedSource> => {
  if (settings.kind === 'File') {
    const first = loadManifest(settings.path, admin);
    return {
      from: `file ${settings.path}`,
      first,
      follow: (events) => followManifest(settings.path, first, admin, events),
    };
  }
  const { namespace, name, place, kubeconfig, context } = settings;
  // Only loaded where there is a cluster: it costs memory that a standalone proxy can do without.
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
    first: undefined,
    follow(events) {
      const source = followKubernetes({
        ...events,
        transport,
        namespace,
        name,
        ...(place === undefined ? {} : { place }),
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
