import type { Manifest } from '../../kube/apply.ts';
import type { Child } from '../desired/children.ts';
import type { TriedTemplate } from './trial.ts';

/** The pod template of a workload that this operator has rendered. */
export type WantedTemplate = TriedTemplate & { readonly spec: { readonly securityContext: object } };

/** The one child that runs the pods, of whichever kind the spec asks for. */
export interface WantedWorkload {
  readonly child: Child;
  readonly manifest: Manifest & { readonly spec: { readonly replicas?: number } };
  readonly template: WantedTemplate;
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet']);

export const isWorkload = ({ kind }: Child): boolean => WORKLOADS.has(kind);

/** Undefined where there is none: nothing runs yet, and a later operator has said how it is to be rendered. */
export const wantedWorkload = (children: readonly Child[]): WantedWorkload | undefined => {
  const child = children.find((one) => isWorkload(one) && one.wanted !== undefined);
  if (child?.wanted === undefined) return undefined;
  const manifest = child.wanted as Manifest & {
    readonly spec: { readonly replicas?: number; readonly template: WantedTemplate };
  };
  return { child, manifest, template: manifest.spec.template };
};
