import { parseL4Balancer } from '../../crds/parse.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { children } from '../desired/children.ts';
import { childName } from '../desired/names.ts';
import type { ImageSettings, RenderSettings } from '../desired/render.ts';
import { EXIT } from '../errors.ts';
import { type KubernetesVersion, oldest, parseVersion } from '../tuning/kubernetes-version.ts';
import { ROOT, watchPath } from '../watch/kinds.ts';
import { type ChildPreview, previewChild } from './preview-child.ts';

export interface DryRunOptions {
  readonly transport: Transport;
  /** Empty for all. */
  readonly namespaces: readonly string[];
  readonly images: ImageSettings;
  readonly out: { write(text: string): unknown };
}

/**
 * Writes what the operator would do to the children of every L4Balancer, and does nothing; answers the exit code. Only reads: the resources, each
 * child by its name, and the nodes' versions where all namespaces are looked after. Throws as Transport.request does.
 */
export const dryRun = async (options: DryRunOptions): Promise<number> => {
  const { transport, out } = options;
  const settings: RenderSettings = { ...options.images, kubelet: await kubeletVersion(options) };
  const counts = { Create: 0, Change: 0, Remove: 0, Nothing: 0, Wait: 0, Yield: 0 };
  let unreadable = 0;
  for (const root of await rootsOf(options)) {
    const { name, namespace = '', uid = '' } = root.metadata;
    const { balancer, findings } = parseL4Balancer(root, 'Report');
    const lines: string[] = findings.map(({ path, message }) => `  ! ${path}: ${message}`);
    unreadable += balancer === undefined ? 1 : 0;
    if (balancer?.spec.paused) lines.push('  paused: its children are left as they are');
    const owner =
      balancer && !balancer.spec.paused ? { name, namespace, uid, spec: balancer.spec } : undefined;
    for (const { apiVersion, kind, wanted } of owner === undefined ? [] : children(owner, settings)) {
      const ref = { apiVersion, kind, namespace, name: childName(name) };
      const live = await read(transport, objectPath(ref));
      const preview = owner === undefined ? undefined : previewChild(owner, wanted, live);
      if (preview === undefined) continue;
      counts[preview.would] += 1;
      lines.push(...linesOf(`${kind} ${ref.name}`, preview));
    }
    out.write(
      [`${namespace}/${name}`, ...(lines.length === 0 ? ['  as it should be'] : lines), ''].join('\n'),
    );
  }
  const { Create, Change, Remove } = counts;
  out.write(`${Create} to create, ${Change} to change, ${Remove} to remove; nothing was written\n`);
  if (unreadable > 0) return EXIT.failed;
  return Create + Change + Remove === 0 ? EXIT.ok : EXIT.different;
};

const linesOf = (child: string, preview: ChildPreview): readonly string[] => {
  switch (preview.would) {
    case 'Nothing':
      return [];
    case 'Create':
      return [`  + ${child}`];
    case 'Remove':
      return [`  - ${child}`];
    case 'Change':
      return [`  ~ ${child}`, ...preview.what.map((line) => `      ${line}`)];
    case 'Wait':
      return [`  ! ${child} is being deleted; it would be made again afterwards`];
    case 'Yield':
      return [`  ! ${child} ${preview.holder}; it would be left alone`];
    default:
      return preview satisfies never;
  }
};

const rootsOf = async ({ transport, namespaces }: DryRunOptions): Promise<readonly KubeObject[]> => {
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;
  const lists: KubeObject[] = [];
  for (const namespace of scopes) {
    const { objects } = await listAll({ transport, path: watchPath(ROOT, namespace) });
    lists.push(...objects.values());
  }
  return lists;
};

const read = async (transport: Transport, path: string): Promise<KubeObject | undefined> => {
  try {
    return (await transport.request({ method: 'GET', path })) as KubeObject;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw error;
  }
};

type WithVersion = KubeObject & {
  readonly status?: { readonly nodeInfo?: { readonly kubeletVersion?: string } };
};

const kubeletVersion = async ({ transport, namespaces }: DryRunOptions): Promise<KubernetesVersion> => {
  const { gitVersion } = (await transport.request({ method: 'GET', path: '/version' })) as {
    gitVersion?: string;
  };
  const nodes =
    namespaces.length > 0
      ? []
      : [...(await listAll<WithVersion>({ transport, path: watchPath('Node', undefined) })).objects.values()];
  const versions = [gitVersion, ...nodes.map(({ status }) => status?.nodeInfo?.kubeletVersion)];
  return oldest(versions.map(parseVersion).filter((one) => one !== undefined));
};
