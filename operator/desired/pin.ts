import { hash } from 'node:crypto';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { tuning } from '../../crds/tuning.ts';
import { workload } from '../../crds/workload.ts';
import { parseVersion, versionText } from '../objects/kubernetes-version.ts';
import type { PullPolicy } from '../objects/pull-policy.ts';
import type { RenderSettings } from './pod/render-settings.ts';
import { CURRENT, FIRST, isRevision, type RevisionName } from './revisions/all.ts';

/** Annotation of an L4Balancer: while it is "true", its pods are always rendered by the newest revision. */
export const UPGRADE = 'l4balancer.dev/upgrade';

/** What the status keeps of how the pods were rendered. */
export interface Rendering {
  readonly renderRevision?: string;
  /** The default image then; that of the spec wins over it. */
  readonly renderedImage?: string;
  readonly renderedPullPolicy?: PullPolicy;
  /** The oldest that the pods might meet then, such as `1.31`. */
  readonly renderedKubelet?: string;
  /** Digest of the part of the spec that shapes the pods. */
  readonly renderedFrom?: string;
  /** Uid of the ServiceAccount that the pods were made for. */
  readonly renderedAccount?: string;
}

/** With the pods that an autoscaler chose last. */
export interface Pinned extends Rendering {
  readonly autoscaledReplicas?: number;
}

export interface PinInput {
  readonly spec: L4BalancerSpec;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** As the status has it. */
  readonly rendering: Rendering;
  /** What runs; undefined when there is nothing yet. */
  readonly live: Live | undefined;
  /** The operator's own, now. */
  readonly settings: RenderSettings;
}

/** What the pods themselves say of how they were rendered. */
export interface Live {
  readonly revision: string | undefined;
  readonly image: string | undefined;
  readonly pullPolicy: PullPolicy | undefined;
  /** Uid of the ServiceAccount that they say they were made for. */
  readonly account?: string | undefined;
}

/** By which revision and with what of the operator's own the pods are rendered. */
export type Pin =
  | {
      readonly kind: 'Render';
      readonly revision: RevisionName;
      readonly settings: RenderSettings;
      readonly from: string;
    }
  /** Of a later operator: this one cannot render it, and leaves the pod template as it is. */
  | { readonly kind: 'Leave'; readonly revision: string };

/**
 * The newest for new pods, where it is asked for, and where the spec changes its pods anyway; else what they
 * have.
 */
export const decidePin = ({ spec, annotations, rendering, live, settings }: PinInput): Pin => {
  const from = shapeDigest(spec);
  const { renderRevision, renderedFrom = from } = rendering;
  if (live === undefined || annotations?.[UPGRADE] === 'true' || renderedFrom !== from)
    return { kind: 'Render', revision: CURRENT, settings, from };
  const revision = renderRevision ?? live.revision ?? FIRST;
  if (!isRevision(revision)) return { kind: 'Leave', revision };
  return { kind: 'Render', revision, settings: settingsThen(rendering, live, settings), from };
};

/** Where neither the status nor the pods say, those of now. */
const settingsThen = (
  { renderedImage, renderedPullPolicy, renderedKubelet }: Rendering,
  live: Live,
  now: RenderSettings,
): RenderSettings => ({
  proxyImage: renderedImage ?? live.image ?? now.proxyImage,
  pullPolicy: renderedPullPolicy ?? live.pullPolicy ?? now.pullPolicy,
  kubelet: parseVersion(renderedKubelet) ?? now.kubelet,
});

/** What the status keeps once the pods are rendered so. */
export const renderingBy = ({ revision, settings, from }: Extract<Pin, { kind: 'Render' }>): Rendering => ({
  renderRevision: revision,
  renderedImage: settings.proxyImage,
  renderedPullPolicy: settings.pullPolicy,
  renderedKubelet: versionText(settings.kubelet),
  renderedFrom: from,
});

/** Changing these restarts no pod. */
const NOT_OF_PODS: ReadonlySet<string> = new Set([
  'autoscaling',
  'disruptionBudget',
  'replicas',
  'updateStrategy',
]);

/**
 * Digest of what the spec says about its pods. What has its default does not count: a later version of the
 * schema may know more fields, and must not look like a change of the spec.
 */
export const shapeDigest = (spec: L4BalancerSpec): string => {
  const said = {
    capacity: spec.capacity,
    tuning: differing(spec.tuning, tuning.parse({})),
    workload: Object.fromEntries(
      Object.entries(differing(spec.workload, workload.parse({}))).filter(([name]) => !NOT_OF_PODS.has(name)),
    ),
  };
  return hash('sha256', JSON.stringify(ordered(said))).slice(0, 16);
};

const differing = (given: object, defaults: object): Readonly<Record<string, unknown>> => {
  const known = new Map<string, unknown>(Object.entries(defaults));
  return Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(known.get(name)),
    ),
  );
};

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, part]) => [name, ordered(part)]),
  );
};
