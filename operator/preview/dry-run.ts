import { childName } from '../../crds/child-name.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { type ObjectRef, objectPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Child } from '../desired/children.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import { EXIT } from '../errors/operator-error.ts';
import type { Owner } from '../objects/owner.ts';
import { type Gathered, gather } from '../reconcile/gather.ts';
import { planChildren } from '../reconcile/plan-children.ts';
import { createWriteCache } from '../reconcile/write-cache.ts';
import type { Gate, Waiting } from '../rollout/gate.ts';
import { untried } from '../rollout/judge-probe.ts';
import { createProbeResults } from '../rollout/probe-results.ts';
import { checkGate } from '../status/check-gate.ts';
import { ROOT } from '../watch/kinds.ts';
import { type ClusterSnapshot, listCluster } from './list-cluster.ts';
import { type ChildPreview, previewChild } from './preview-child.ts';

export interface DryRunOptions {
  readonly transport: Transport;
  /** Empty for all namespaces. */
  readonly namespaces: readonly string[];
  readonly images: ImageSettings;
  /** The operator's name in managedFields. */
  readonly fieldManager: string;
  readonly out: { write(text: string): unknown };
}

/** The preview of one resource. */
interface Preview {
  readonly isReadable: boolean;
  readonly lines: readonly string[];
  readonly children: readonly ChildPreview[];
}

/**
 * Prints what the operator would do to the children of every L4Balancer, changes nothing, and returns the
 * exit code. It gathers and plans as the operator does, from one list of everything that it follows. Throws
 * what Transport.request throws; if named namespaces cannot be listed, it reports them and continues with the
 * others.
 */
export const dryRun = async (options: DryRunOptions): Promise<number> => {
  const snapshot = await listCluster(options);
  const { failures } = snapshot;
  for (const [namespace, { message }] of failures)
    options.out.write(`! namespace ${namespace} cannot be listed: ${message}\n`);
  const previews: Preview[] = [];
  for (const { metadata } of snapshot.collections[ROOT].values()) {
    const { namespace = '' } = metadata;
    if (failures.has(namespace)) continue;
    const key = `${namespace}/${metadata.name}`;
    const gathered = gather(key, snapshot.collections, createWriteCache(), 0);
    if (gathered === undefined || metadata.deletionTimestamp !== undefined) continue;
    const preview = await previewOf(gathered, snapshot, options);
    previews.push(preview);
    const lines = preview.lines.length === 0 ? ['  up to date'] : preview.lines;
    options.out.write([key, ...lines, ''].join('\n'));
  }
  const all = previews.flatMap(({ children }) => children);
  const count = (would: ChildPreview['would']): number => all.filter((one) => one.would === would).length;
  const [create, change, remove] = [count('Create'), count('Change'), count('Remove')];
  options.out.write(`${create} to create, ${change} to change, ${remove} to remove; nothing was written\n`);
  if (failures.size > 0 || previews.some(({ isReadable }) => !isReadable)) return EXIT.failed;
  return create + change + remove === 0 ? EXIT.ok : EXIT.different;
};

const previewOf = async (
  gathered: Gathered,
  { collections, serves, kubelet }: ClusterSnapshot,
  { transport, images, fieldManager }: DryRunOptions,
): Promise<Preview> => {
  const { balancer, observed, root } = gathered;
  const { name, namespace = '', uid = '' } = root.metadata;
  if (balancer === undefined) {
    const lines = observed.findings.map(({ path, message }) => `  ! ${path}: ${message}`);
    return { isReadable: false, lines, children: [] };
  }
  const { spec } = balancer;
  if (spec.paused) {
    const lines = ['  paused: its children are not changed'];
    return { isReadable: true, lines, children: [] };
  }
  const owner: Owner = { name, namespace, uid, spec };
  const { pin, gated } = await planChildren(
    gathered,
    owner,
    { ...images, kubelet },
    {
      serves,
      nodes: () => (serves('Node') ? [...collections.Node.values()] : undefined),
      probeResults: createProbeResults(),
      read: (ref) => transport.request({ method: 'GET', path: objectPath(ref) }) as Promise<KubeObject>,
    },
  );
  const held = checkGate(gated.gate, spec, observed);
  const lines: string[] = [
    ...(pin.kind === 'Leave'
      ? [
          `  ! its pods were rendered by revision ${pin.revision} of a later operator: their template is not changed`,
        ]
      : []),
    ...(held === undefined ? [] : [`  ! ${held.message}`]),
    ...observed.tolerated.map(({ path, message }) => `  ! ${path}: ${message}`),
  ];
  const previews: ChildPreview[] = probesToMake(gathered, gated.gate).map(() => ({ would: 'Create' }));
  lines.push(...previews.map(() => '  + Pod that tries the sysctls'));
  for (const child of gated.children) {
    const ref = refOf(child, owner);
    const preview = previewChild(owner, child.wanted, await read(transport, ref), fieldManager);
    previews.push(preview);
    lines.push(...linesOf(`${ref.kind} ${ref.name}`, preview));
  }
  return { isReadable: true, lines, children: previews };
};

const probesToMake = ({ probes }: Gathered, gate: Gate): readonly Waiting[] =>
  gate.kind === 'Trying' ? untried(gate.waiting, probes) : [];

const refOf = ({ apiVersion, kind, suffix }: Child, { name, namespace }: Owner): ObjectRef => ({
  apiVersion,
  kind,
  namespace,
  name: childName(name, suffix),
});

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
      return [`  ! ${child} is being deleted; it would be recreated afterwards`];
    case 'LeaveAlone':
      return [`  ! ${child} ${preview.holder}; it would not be changed`];
    default:
      return preview satisfies never;
  }
};

const read = async (transport: Transport, ref: ObjectRef): Promise<KubeObject | undefined> => {
  try {
    return (await transport.request({ method: 'GET', path: objectPath(ref) })) as KubeObject;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw error;
  }
};
