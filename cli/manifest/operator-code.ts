import type { EffectiveTuning } from '../../crds/effective.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import type { Sysctl } from '../../crds/tuning.ts';
import type { Manifest } from '../../kube/apply.ts';
import type { KubeObject } from '../../kube/object.ts';

export interface KubernetesVersion {
  readonly major: number;
  readonly minor: number;
}

export interface RenderOptions {
  /** Image for resources that name none. */
  readonly proxyImage: string;
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** The oldest kubelet that pods may run on; by default the oldest that is supported. */
  readonly kubelet?: KubernetesVersion | undefined;
}

/** What the operator's own code answers, so that there is no second opinion on it here. */
export interface OperatorCode {
  /**
   * The children of a resource, as they would be applied. One with a status is rendered as its pods were, as
   * far as its spec does not change them.
   */
  renderedOf(balancer: L4Balancer, options: RenderOptions): readonly Manifest[];
  /** Who sets which sysctl. */
  assignSysctls(
    tuning: Pick<EffectiveTuning, 'sysctls' | 'sysctlMethod' | 'hostNetwork'>,
    kubelet: KubernetesVersion,
  ): {
    readonly safe: readonly Sysctl[];
    readonly unsafe: readonly Sysctl[];
    readonly written: readonly Sysctl[];
    readonly node: readonly Sysctl[];
  };
  /** Whether the scheduler would consider a node for pods with these fields. */
  isEligible(node: KubeObject, pod: object): boolean;
  /**
   * How the definition in an OpenAPI document of the API server differs from this program's own; undefined if
   * it has none.
   */
  definitionSkewIn(document: unknown): DefinitionSkew | undefined;
}

/** Paths of fields and values, sorted. */
export interface DefinitionSkew {
  /** Known to this program only. */
  readonly lacking: readonly string[];
  /** Known to the cluster only. */
  readonly unknown: readonly string[];
}

/** Loads it when a command needs it. */
export type LoadOperatorCode = () => Promise<OperatorCode>;
