import type { Manifest } from '../../kube/apply.ts';
import type { Child } from '../desired/children.ts';
import type { TriedTemplate } from './trial.ts';

/** The pod template of a workload as this operator has rendered it. */
export type WantedTemplate = TriedTemplate & { readonly spec: { readonly securityContext: object } };

/** The one child that runs the pods, of the kind that the spec requests. */
export interface WantedWorkload {
  readonly child: Child;
  readonly manifest: Manifest & { readonly spec: { readonly replicas?: number } };
  readonly template: WantedTemplate;
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet']);

export const isWorkload = ({ kind }: Child): boolean => WORKLOADS.has(kind);

/** Undefined if there is none: a later operator set the revision of the pods, and no workload exists yet. */
export const wantedWorkload = (children: readonly Child[]): WantedWorkload | undefined => {
  const child = children.find((one) => isWorkload(one) && one.wanted !== undefined);
  if (child?.wanted === undefined) return undefined;
  const manifest = child.wanted as Manifest & {
    readonly spec: { readonly replicas?: number; readonly template: WantedTemplate };
  };
  return { child, manifest, template: manifest.spec.template };
};
