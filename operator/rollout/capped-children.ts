import type { Child } from '../desired/children.ts';

const AUTOSCALER = 'HorizontalPodAutoscaler';

/** The children while replicas are capped: an autoscaler would ask for more of the pods that are refused, so there is none until then. */
export const cappedChildren = (children: readonly Child[]): readonly Child[] =>
  children.map((child) => (child.kind === AUTOSCALER ? { ...child, wanted: undefined } : child));
