import { hash } from 'node:crypto';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { tuning } from '../../crds/tuning.ts';
import { workload } from '../../crds/workload.ts';
import { parseVersion, versionText } from '../objects/kubernetes-version.ts';
import type { PullPolicy } from '../objects/pull-policy.ts';
import type { RenderSettings } from './pod/render-settings.ts';
import { CURRENT, FIRST, isRevision, type RevisionName } from './revisions/all.ts';

/** Annotation of an L4Balancer: while it is "true", its pods are always rendered with the newest revision. */
export const UPGRADE = 'l4balancer.dev/upgrade';

/** The record in the status of how the pods were rendered. */
export interface Rendering {
  readonly renderRevision?: string;
  /** The default image at that time; the image in the spec takes precedence. */
  readonly renderedImage?: string;
  readonly renderedPullPolicy?: PullPolicy;
  /** The oldest kubelet that the pods could meet at that time, such as `1.31`. */
  readonly renderedKubelet?: string;
  /** Digest of the part of the spec that shapes the pods. */
  readonly renderedFrom?: string;
  /** Uid of the ServiceAccount that the pods were created for. */
  readonly renderedAccount?: string;
}

/** The record with the number of pods that an autoscaler chose last. */
export interface Pinned extends Rendering {
  readonly autoscaledReplicas?: number;
}

export interface PinInput {
  readonly spec: L4BalancerSpec;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** From the status. */
  readonly rendering: Rendering;
  /** What the current pods say; undefined if there is no workload yet. */
  readonly live: Live | undefined;
  /** The current settings of this operator. */
  readonly settings: RenderSettings;
}

/** What the pods themselves show of how they were rendered. */
export interface Live {
  readonly revision: string | undefined;
  readonly image: string | undefined;
  readonly pullPolicy: PullPolicy | undefined;
  /** Uid of the ServiceAccount that they were created for, from their annotation. */
  readonly account?: string | undefined;
}

/** The revision and the settings with which the pods are rendered. */
export type Pin =
  | {
      readonly kind: 'Render';
      readonly revision: RevisionName;
      readonly settings: RenderSettings;
      readonly from: string;
    }
  /** The revision of a later operator: this one cannot render it and leaves the pod template unchanged. */
  | { readonly kind: 'Leave'; readonly revision: string };

/**
 * The newest revision for new pods, if the annotation requests it, and if a change to the spec replaces the
 * pods anyway; otherwise the revision that they have.
 */
export const decidePin = ({ spec, annotations, rendering, live, settings }: PinInput): Pin => {
  const from = shapeDigest(spec);
  const { renderRevision, renderedFrom = from } = rendering;
  if (live === undefined || annotations?.[UPGRADE] === 'true' || renderedFrom !== from)
    return { kind: 'Render', revision: CURRENT, settings, from };
  const revision = renderRevision ?? live.revision ?? FIRST;
  if (!isRevision(revision)) return { kind: 'Leave', revision };
  return { kind: 'Render', revision, settings: settingsAtRendering(rendering, live, settings), from };
};

/** The settings at that time, from the status or the pods; the current ones if neither has them. */
const settingsAtRendering = (
  { renderedImage, renderedPullPolicy, renderedKubelet }: Rendering,
  live: Live,
  now: RenderSettings,
): RenderSettings => ({
  proxyImage: renderedImage ?? live.image ?? now.proxyImage,
  pullPolicy: renderedPullPolicy ?? live.pullPolicy ?? now.pullPolicy,
  kubelet: parseVersion(renderedKubelet) ?? now.kubelet,
});

/** The record for the status once the pods are rendered with this pin. */
export const renderingBy = ({ revision, settings, from }: Extract<Pin, { kind: 'Render' }>): Rendering => ({
  renderRevision: revision,
  renderedImage: settings.proxyImage,
  renderedPullPolicy: settings.pullPolicy,
  renderedKubelet: versionText(settings.kubelet),
  renderedFrom: from,
});

/** Fields of `workload` that can change without restarting pods. */
const NOT_OF_PODS: ReadonlySet<string> = new Set([
  'autoscaling',
  'disruptionBudget',
  'replicas',
  'updateStrategy',
]);

/**
 * Digest of the part of the spec that shapes the pods. Fields with their default value do not count: a later
 * schema may have more fields, which must not look like a change to the spec.
 */
export const shapeDigest = (spec: L4BalancerSpec): string => {
  const shaping = {
    capacity: spec.capacity,
    tuning: differing(spec.tuning, tuning.parse({})),
    workload: Object.fromEntries(
      Object.entries(differing(spec.workload, workload.parse({}))).filter(([name]) => !NOT_OF_PODS.has(name)),
    ),
  };
  return hash('sha256', JSON.stringify(ordered(shaping))).slice(0, 16);
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
